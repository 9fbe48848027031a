"""What counts as a photo, and what is left of one."""

from __future__ import annotations

import io
import tracemalloc

import pytest
from PIL import Image

from helpdesk.errors import InvalidInput
from helpdesk.photos.files import BYTE_LIMIT, cleaned, media_type, open_photo
from helpdesk.photos.reader import sniff_photo


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


RED = Image.new("RGB", (60, 40), "red")
BLUE = Image.new("RGB", (60, 40), "blue")
NOISE = Image.effect_noise((600, 600), 50)


def exif(turn: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x112], tags[0x10F] = turn, "SECRET PHONE"
    tags.get_ifd(0x8825)[1] = "N"
    return tags


BAD = {
    "empty": (b"", "empty"),
    "pdf": (b"%PDF-1.7 not a picture", "pdf"),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0heicmif1", "heic"),
    "animated gif": (encoded(RED, "GIF", save_all=True, append_images=[BLUE]), "animated"),
    "animated webp": (encoded(RED, "WEBP", save_all=True, append_images=[BLUE]), "animated"),
    "animated png": (encoded(RED, "PNG", save_all=True, append_images=[BLUE]), "animated"),
    "gif": (encoded(RED, "GIF"), "not_an_image"),
    "text": (b"hello", "not_an_image"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_an_image"),
    "bomb": (encoded(Image.new("1", (20000, 20000)), "PNG"), "too_many_pixels"),
    "cut jpeg": (encoded(NOISE, "JPEG")[:9000], "not_an_image"),
    "cut png": (encoded(NOISE, "PNG")[:9000], "not_an_image"),
    "cut webp": (encoded(NOISE, "WEBP")[:9000], "not_an_image"),
    "head only": (encoded(RED, "JPEG")[:100], "not_an_image"),
    "60 MB": (b"\xff\xd8" + bytes(60_000_000), "too_large"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_photo_is_refused_by_its_name_and_in_words(name: str) -> None:
    content, code = BAD[name]
    with pytest.raises(InvalidInput) as caught:
        open_photo(content)
    assert caught.value.code == code
    assert str(caught.value).endswith("ạ.")


@pytest.mark.parametrize("name", ["empty", "pdf", "heic", "gif", "text"])
async def test_to_a_channel_it_is_just_no_image(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await sniff_photo(BAD[name][0])
    assert caught.value.code == "not_an_image"


async def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    tracemalloc.start()
    with pytest.raises(InvalidInput, match="lớn quá"):
        await sniff_photo(BAD["bomb"][0])
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("content", "kind"),
    [(encoded(RED, "JPEG"), "image/jpeg"), (encoded(RED, "PNG"), "image/png"), (encoded(RED, "WEBP"), "image/webp")],
)
def test_the_type_is_what_the_bytes_say(content: bytes, kind: str) -> None:
    assert media_type(content) == kind


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_turned_as_its_exif_says_and_nothing_of_it_kept(kind: str) -> None:
    half = RED.copy()
    half.paste(BLUE.crop((0, 0, 30, 40)), (0, 0))
    content = encoded(half, kind, exif=exif(6))
    assert b"SECRET" in content or kind == "PNG"
    photo = open_photo(content)
    assert photo.size == (40, 60)
    red, blue = photo.getpixel((20, 50)), photo.getpixel((20, 10))
    assert isinstance(red, tuple) and red[0] > 200
    assert isinstance(blue, tuple) and blue[2] > 200
    kept = cleaned(photo)
    assert b"SECRET" not in kept and b"Exif" not in kept
    with Image.open(io.BytesIO(kept)) as again:
        assert (again.format, again.size, dict(again.getexif())) == ("JPEG", (40, 60), {})


@pytest.mark.parametrize("mode", ["P", "1", "L", "LA", "RGBA", "CMYK", "I;16"])
def test_every_colour_mode(mode: str) -> None:
    image = Image.new("I;16", (40, 30), 40000) if mode == "I;16" else RED.convert(mode)
    photo = open_photo(encoded(image, "JPEG" if mode == "CMYK" else "PNG"))
    assert photo.mode == "RGB"
    if mode == "I;16":
        assert photo.getpixel((5, 5)) == (155, 155, 155)


def test_what_is_transparent_is_white_paper() -> None:
    assert open_photo(encoded(Image.new("RGBA", (30, 30), (0, 0, 0, 0)), "PNG")).getpixel((9, 9)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_forty_eight_megapixels_are_made_smaller_at_once(kind: str) -> None:
    photo = open_photo(encoded(Image.new("L", (8000, 6000), 90), kind))
    assert photo.size == (4000, 3000)
    with Image.open(io.BytesIO(cleaned(photo))) as kept:
        assert kept.size == (2400, 1800)


def test_a_broken_exif_is_no_reason_to_refuse() -> None:
    content = encoded(RED, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\x01\x12")
    assert open_photo(content).size == (60, 40)


def test_the_limit_of_bytes_is_above_what_phones_send() -> None:
    assert BYTE_LIMIT >= 25_000_000

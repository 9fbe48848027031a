"""Photos as files: what counts as one, and the same picture made clean. Owns the type sniffing and every limit.

Refuses looking at what is on a photo. Nothing is decoded before its type and its size in pixels are known.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageOps, UnidentifiedImageError

from helpdesk.errors import InvalidInput

# Pillow's names of the formats that phones and scanners send, with their media types.
# MPO is what Pillow's JPEG reader calls a JPEG with further pictures inside, as phones write for depth and brightness.
ACCEPTED = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_READERS = ("JPEG", "PNG", "WEBP")
PIXEL_LIMIT = 64_000_000
BYTE_LIMIT = 30_000_000
# What is looked at; a phone's 48 megapixels hold no more than this does.
_ENOUGH_PIXELS = 24_000_000
_KEPT_SIDE = 2400
_KEPT_QUALITY = 88
# The brands in an ISO file's first box that phones write for still pictures.
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")

_MESSAGES = {
    "empty": "Tệp này trống, có lẽ ảnh chưa tải lên xong. Anh/chị gửi lại giúp em ạ.",
    "pdf": "Đây là tệp PDF nên em chưa xem được. Anh/chị chụp ảnh bằng điện thoại rồi gửi giúp em ạ.",
    "heic": "Đây là ảnh HEIC nên em chưa mở được. Anh/chị chụp lại ngay trong khung chat, "
    "hoặc chuyển sang ảnh JPG rồi gửi giúp em ạ.",
    "animated": "Ảnh động không dùng được. Anh/chị gửi giúp em một ảnh chụp thường ạ.",
    "too_many_pixels": "Ảnh lớn quá. Anh/chị chụp lại ở cỡ thường rồi gửi giúp em ạ.",
    "too_large": "Tệp ảnh nặng quá. Anh/chị chụp lại ở cỡ thường rồi gửi giúp em ạ.",
    "not_an_image": "Tệp này không phải ảnh JPG, PNG hoặc WEBP. "
    "Anh/chị chụp ảnh bằng điện thoại rồi gửi lại giúp em ạ.",
    "damaged": "Ảnh này bị hỏng hoặc tải lên chưa trọn. Anh/chị gửi lại giúp em ạ.",
}


def media_type(content: bytes) -> str:
    """The media type that the bytes really are. Raises InvalidInput: see `open_photo`."""
    with _refusing(content), _opened(content) as image:
        found = ACCEPTED[image.format or ""]
        image.verify()
        return found


def open_photo(content: bytes) -> Image.Image:
    """The picture in RGB, upright as its EXIF says, of at most 24 megapixels.

    Raises InvalidInput: "empty", "too_large", "pdf", "heic", "animated", "too_many_pixels", "not_an_image".
    """
    if not content:
        raise refusal("empty")
    if len(content) > BYTE_LIMIT:
        raise refusal("too_large")
    with _refusing(content), _opened(content) as image:
        # A JPEG is decoded at a half or a quarter where that is enough: the whole of it would never be in memory.
        factor = _factor(image)
        if image.format in ("JPEG", "MPO"):
            image.draft("RGB", (image.width // factor, image.height // factor))
        try:
            image.load()
        except (OSError, SyntaxError, ValueError) as error:
            raise refusal("damaged") from error
        smaller = image.reduce(_factor(image)) if _factor(image) > 1 else image
        # Turned by what the file itself says, before anything is dropped from it.
        turned = ImageOps.exif_transpose(_in_rgb(smaller, image))
        bare = Image.new("RGB", turned.size)
        bare.paste(turned)
        return bare


def cleaned(photo: Image.Image) -> bytes:
    """The JPEG that is kept: at most 2400 pixels long, nothing in it but the picture."""
    kept = photo
    if max(photo.size) > _KEPT_SIDE:
        kept = photo.copy()
        kept.thumbnail((_KEPT_SIDE, _KEPT_SIDE), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    kept.save(file, "JPEG", quality=_KEPT_QUALITY, optimize=True)
    return file.getvalue()


def refusal(code: str) -> InvalidInput:
    """The error of this code with its words; a damaged photo is to the caller just no image."""
    return InvalidInput("not_an_image" if code == "damaged" else code, _MESSAGES[code])


@contextmanager
def _opened(content: bytes) -> Iterator[Image.Image]:
    with Image.open(io.BytesIO(content), formats=_READERS) as image:
        if image.width * image.height > PIXEL_LIMIT:
            raise refusal("too_many_pixels")
        if image.format != "MPO" and getattr(image, "is_animated", False):
            raise refusal("animated")
        yield image


@contextmanager
def _refusing(content: bytes) -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            # The limit above is ours; Pillow's own would only warn.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            # Broken EXIF is dropped with the rest of it.
            warnings.simplefilter("ignore", UserWarning)
            yield
    except Image.DecompressionBombError as error:
        raise refusal("too_many_pixels") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, TypeError, KeyError) as error:
        raise refusal(_foreign_type(content)) from error


def _foreign_type(content: bytes) -> str:
    """What it is instead, as far as that can be said in a word."""
    if not content:
        return "empty"
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return "pdf"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        return "heic"
    if content[:6] in (b"GIF87a", b"GIF89a"):
        return "animated" if _moves(content) else "not_an_image"
    return "not_an_image"


def _moves(content: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(content), formats=("GIF",)) as image:
            return bool(getattr(image, "is_animated", False))
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        return False


def _factor(image: Image.Image) -> int:
    factor = 1
    while image.width * image.height > _ENOUGH_PIXELS * factor**2:
        factor *= 2
    return factor


def _in_rgb(image: Image.Image, origin: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # 16 bits a pixel: Pillow would cut off all that is brighter than 255 instead of scaling it.
        image = image.convert("I").point(lambda value: value / 257).convert("L")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        image = Image.alpha_composite(ground, layer)
    rgb = image.convert("RGB")
    rgb.info = {}
    exif = origin.getexif()
    if exif:
        rgb.info["exif"] = exif.tobytes()
    return rgb

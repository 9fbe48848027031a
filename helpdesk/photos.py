"""Photos: what counts as one. Owns the type sniffing and the pixel limit; refuses looking at what is on it (yet)."""

from __future__ import annotations

import asyncio
import io
import warnings

from PIL import Image, UnidentifiedImageError

from helpdesk.errors import InvalidInput

# Pillow's names of the formats that phones and scanners send, with their media types.
# MPO is what Pillow's JPEG reader calls a JPEG with further pictures inside, as phones write for depth and brightness.
ACCEPTED = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_READERS = ("JPEG", "PNG", "WEBP")
PIXEL_LIMIT = 64_000_000


async def sniff_photo(content: bytes) -> str:
    """The media type that the bytes really are (whatever their sender claims).

    Raises InvalidInput: "not_an_image", "too_many_pixels" or "animated".
    """
    return await asyncio.to_thread(_sniff, content)


def _sniff(content: bytes) -> str:
    try:
        with warnings.catch_warnings():
            # The limit below is ours; Pillow's own would only warn.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_READERS) as image:
                if image.width * image.height > PIXEL_LIMIT:
                    raise InvalidInput(
                        "too_many_pixels", "Ảnh lớn quá. Anh/chị chụp lại ở cỡ thường rồi gửi giúp em ạ."
                    )
                if image.format != "MPO" and getattr(image, "is_animated", False):
                    raise InvalidInput(
                        "animated", "Ảnh động không dùng được. Anh/chị gửi giúp em một ảnh chụp thường ạ."
                    )
                media_type = ACCEPTED[image.format or ""]
                image.verify()
                return media_type
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise InvalidInput(
            "not_an_image",
            "Tệp này không phải ảnh JPG, PNG hoặc WEBP. Anh/chị chụp ảnh bằng điện thoại rồi gửi lại giúp em ạ.",
        ) from error

"""The HTML of a mail as one file that needs nothing else and asks no network."""

from base64 import b64encode
from collections.abc import Sequence

from shortdrama.reports.rendered import Picture

NO_REQUESTS = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
    " img-src data:; style-src 'unsafe-inline'\">"
)


def standalone(html: str, pictures: Sequence[Picture]) -> bytes:
    """The file in UTF-8, with the pictures inside; a browser runs and loads nothing from it."""
    for picture in pictures:
        data = f"data:image/png;base64,{b64encode(picture.png).decode()}"
        html = html.replace(f'src="cid:{picture.name}"', f'src="{data}"')
    return html.replace("<head>", f"<head>\n  {NO_REQUESTS}", 1).encode()

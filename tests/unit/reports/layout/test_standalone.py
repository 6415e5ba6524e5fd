import re
from base64 import b64decode

from shortdrama.reports.layout.standalone import standalone
from shortdrama.reports.rendered import Picture

HTML = '<html><head>\n<title>剧</title></head><body><img src="cid:a.png"><img src="cid:b.png">'
PICTURES = (Picture("a.png", b"first"), Picture("b.png", b"second"))


def test_pictures_are_inside_the_file() -> None:
    source = standalone(HTML, PICTURES).decode()
    inside = re.findall(r'src="data:image/png;base64,([^"]+)"', source)
    assert [b64decode(data) for data in inside] == [b"first", b"second"]
    assert "cid:" not in source


def test_a_browser_may_load_and_run_nothing() -> None:
    source = standalone(HTML, PICTURES).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', source)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'")
    assert source.index("Content-Security-Policy") < source.index("<title>")

import json
import xml.etree.ElementTree as ElementTree

from peer import run

NAMES = ("from", "to", "content")


def script():
    message = {"from": "Alice", "to": "Bob", "content": "Will you marry me? <3 & 你好"}
    root = ElementTree.Element("message")
    for name in NAMES:
        ElementTree.SubElement(root, name).text = message[name]
    xml = ElementTree.tostring(root, encoding="unicode")
    text = json.dumps(message)
    print(xml)
    print(text)
    read = ElementTree.fromstring(xml)
    same = [read.findtext(name) for name in NAMES] == [json.loads(text)[name] for name in NAMES]
    print("the same three texts:", "true" if same else "false")
    print("bytes of XML and JSON:", len(xml.encode()), len(text.encode()))


run(script=script)

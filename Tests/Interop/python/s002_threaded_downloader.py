import json
import os
import threading
import urllib.parse
import urllib.request

from peer import HOST, PORT, run


def save(url, name):
    with urllib.request.urlopen(url, timeout=30) as answer:
        data = answer.read()
    with open(os.path.join(os.environ.get("SAVE_DIR", "."), name), "wb") as file:
        file.write(data)


def script():
    with urllib.request.urlopen(f"http://{HOST}:{PORT}/meinv/?key=APIKey&num=10", timeout=30) as answer:
        urls = [each["picUrl"] for each in json.load(answer)["newslist"]]
    threads = []
    for url in urls:
        name = urllib.parse.urlsplit(url).path.rpartition("/")[2]
        threads.append(threading.Thread(target=save, args=(url, name)))
        threads[-1].start()
    for thread in threads:
        thread.join()


run(script=script)

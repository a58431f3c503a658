import http.client
import json
import urllib.parse

from peer import HOST, PORT, run


def script():
    form = urllib.parse.urlencode({
        "account": "account", "password": "password", "content": "您的验证码是:147258。请不要把验证码泄露给其他人。",
        "mobile": "mobile", "format": "json"})
    print(form)
    connection = http.client.HTTPConnection(HOST, PORT, timeout=30)
    connection.request(
        "POST", "/webservice/sms.php?method=Submit", form,
        {"Content-type": "application/x-www-form-urlencoded", "Accept": "text/plain"})
    print(json.loads(connection.getresponse().read()))


run(script=script)

import os
import smtplib
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from peer import HOST, PORT, run


def attachment(name, shown, kind):
    with open(os.path.join(os.environ.get("DESKTOP", "."), name), "rb") as file:
        part = MIMEText(file.read(), "base64", "utf-8")
    part["Content-Type"] = kind
    part["Content-Disposition"] = "attachment; filename=%s" % shown
    return part


def script():
    mail = MIMEMultipart()
    mail["Subject"] = Header("本月数据", "utf-8")
    mail.attach(MIMEText("附件中有本月数据请查收", "plain", "utf-8"))
    mail.attach(attachment("hello.txt", "hello.txt", "text/plain"))
    mail.attach(attachment("汇总数据.xlsx", "month-data.xlsx", "application/vnd.ms-excel"))
    server = smtplib.SMTP(HOST, PORT)
    server.login("sender@example.com", "password")
    server.sendmail("sender@example.com", ["receiver@example.com"], mail.as_string())
    server.quit()
    print("发送完成!")


run(script=script)

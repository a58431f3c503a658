import smtplib
from email.header import Header
from email.mime.text import MIMEText

from peer import HOST, PORT, run


def script():
    mail = MIMEText("用Swift发送邮件的示例代码.\n.\n它也有一行只有一个点.", "plain", "utf-8")
    mail["From"] = Header("发件人", "utf-8")
    mail["To"] = Header("收件人", "utf-8")
    mail["Subject"] = Header("示例邮件", "utf-8")
    server = smtplib.SMTP(HOST, PORT)
    server.login("sender@example.com", "password")
    server.sendmail("sender@example.com", ["one@example.com", "two@example.com"], mail.as_string())
    print("邮件发送完成!")


run(script=script)

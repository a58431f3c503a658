/// A mail of plain text, with a login, to two people.
///
/// The wire: SMTP in the clear: EHLO, AUTH, MAIL, RCPT twice, DATA, QUIT; names in the headers as encoded words, the text in
/// base64. A real server asks for STARTTLS first, which needs TLS. The original: no QUIT, and From and To without addresses.
enum S002EmailPlain: Script {
  static let about = About("s002_email_plain", "email, plain text, by SMTP", at: "smtp.126.com", 25)

  static func script(_ settings: Settings) throws {
    let sender = "sender@example.com"
    let receivers = ["one@example.com", "two@example.com"]
    let text = "用Swift发送邮件的示例代码.\n.\n它也有一行只有一个点."
    let mail =
      Mail.headers(
        from: "\(Mail.word("发件人")) <\(sender)>", to: receivers.map { "\(Mail.word("收件人")) <\($0)>" },
        subject: "示例邮件") + Mail.part("text/plain; charset=\"utf-8\"", Array(text.utf8))
    var server = try SMTP(settings.host, settings.port)
    try server.login(sender, "password")
    try server.send(from: sender, to: receivers, mail)
    try server.quit()
    print("邮件发送完成!")
  }
}

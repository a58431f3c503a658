/// A mail with two attachments, from the folder DESKTOP: hello.txt and 汇总数据.xlsx.
///
/// The wire: SMTP in the clear, as s002_email_plain, to one person; multipart/mixed with a text and two files in base64. The
/// original: each attachment has two Content-Type headers, and the mail neither From nor To.
enum S002EmailAttachments: Script {
  static let about = About(
    "s002_email_attachments", "email with two attachments", at: "smtp.126.com", 25, settings: ["DESKTOP"])

  static func script(_ settings: Settings) throws {
    let folder = settings["DESKTOP"] ?? "."
    let (sender, receiver) = ("sender@example.com", "receiver@example.com")
    let body = Mail.multipart([
      Mail.part("text/plain; charset=\"utf-8\"", Array("附件中有本月数据请查收".utf8)),
      Mail.part("text/plain", try content(folder + "/hello.txt"), name: "hello.txt"),
      Mail.part("application/vnd.ms-excel", try content(folder + "/汇总数据.xlsx"), name: "month-data.xlsx"),
    ])
    var server = try SMTP(settings.host, settings.port)
    try server.login(sender, "password")
    let mail = Mail.headers(from: "<\(sender)>", to: ["<\(receiver)>"], subject: "本月数据") + body
    try server.send(from: sender, to: [receiver], mail)
    try server.quit()
    print("发送完成!")
  }

  private static func content(_ path: String) throws -> [UInt8] {
    let file = try SentFile(path)
    guard file.size <= 20 << 20 else { throw Failure("\(path) is too large for a mail: \(file.size) bytes") }
    var bytes: [UInt8] = []
    while case let data = try file.read(upTo: 65_536), !data.isEmpty { bytes += data }
    return bytes
  }
}

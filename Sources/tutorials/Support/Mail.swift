/// The text of a mail (RFC 5322, RFC 2045). (Python: `email.mime`.)
enum Mail {
  /// Words beyond ASCII in a header (RFC 2047). (Python: `Header(text, "utf-8")`.)
  static func word(_ text: String) -> String {
    // Each word at most 75 characters, and no character divided: 45 bytes become 60.
    var words: [[UInt8]] = [[]]
    for character in text.unicodeScalars {
      let bytes = Array(String(character).utf8)
      if words[words.count - 1].count + bytes.count > 45 { words.append([]) }
      words[words.count - 1] += bytes
    }
    return words.map { "=?utf-8?b?\(Base64.encode($0))?=" }.joined(separator: "\r\n ")
  }

  /// The headers that each mail needs.
  static func headers(from: String, to: [String], subject: String) -> String {
    "From: \(from)\r\nTo: \(to.joined(separator: ", "))\r\nSubject: \(word(subject))\r\n"
      + "Date: \(Python.strftime("%a, %d %b %Y %H:%M:%S %z"))\r\n"
      + "Message-ID: <\(UInt64.random(in: 0 ... .max)).\(UInt64.random(in: 0 ... .max))@localhost>\r\nMIME-Version: 1.0\r\n"
  }

  /// A part with its headers; the whole body if it is the only one. (Python: `MIMEText`, `MIMEApplication`.)
  static func part(_ type: String, _ content: [UInt8], name: String? = nil) -> String {
    "Content-Type: \(type)\r\nContent-Transfer-Encoding: base64\r\n"
      + (name.map { "Content-Disposition: attachment; filename=\($0)\r\n" } ?? "") + "\r\n"
      + Base64.encodeLines(content, newline: "\r\n")
  }

  /// Several parts in one body. (Python: `MIMEMultipart`.)
  static func multipart(_ parts: [String]) -> String {
    let boundary = "===============\(UInt64.random(in: 0 ... .max))=="
    return "Content-Type: multipart/mixed; boundary=\"\(boundary)\"\r\n\r\n"
      + parts.map { "--\(boundary)\r\n\($0)" }.joined() + "--\(boundary)--\r\n"
  }
}

extension ChatEntry {
  /// The JSON array of entries that is the body of an answer to `chat.history`.
  public static func encode(_ entries: [ChatEntry]) -> [UInt8] {
    guard let first = entries.first else { return Array("[]".utf8) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(entries.reduce(2) { $0 + $1.text.utf8.count + 128 })
    bytes.append(UInt8(ascii: "["))
    var text = JSONText(after: bytes)
    first.write(to: &text)
    for entry in entries.dropFirst() {
      text.beginNext()
      entry.write(to: &text)
    }
    return text.bytes + [UInt8(ascii: "]")]
  }

  private func write(to json: inout JSONText) {
    json.member("number", number)
    json.member("from", from)
    json.member("time", time)
    if let key { json.member("key", key) }
    if let kind { json.member("kind", kind) }
    json.member("text", text)
    json.end()
  }
}

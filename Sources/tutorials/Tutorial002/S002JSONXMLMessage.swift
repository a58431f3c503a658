/// One message as XML and as JSON: the same three texts, and JSON is shorter. Nothing is wrong with the original.
enum S002JSONXMLMessage: Script {
  static let about = About("s002_json_xml_message", "one message in XML and in JSON")

  private static let names = ["from", "to", "content"]

  static func script(_ settings: Settings) throws {
    let message = ["from": "Alice", "to": "Bob", "content": "Will you marry me? <3 & 你好"]
    let xml = "<message>" + names.map { "<\($0)>\(escaped(message[$0, default: ""]))</\($0)>" }.joined() + "</message>"
    let json = PythonValue.dict(names.map { .init(key: $0, value: .text(message[$0, default: ""])) }).json
    print(xml)
    print(json)
    let fromXML = names.map { element($0, of: xml) }
    let value = try PythonValue(json: Array(json.utf8))
    print("the same three texts:", fromXML == names.map { value[$0]?.text })
    print("bytes of XML and JSON:", xml.utf8.count, json.utf8.count)
  }

  private static func escaped(_ text: String) -> String {
    text.map { ["&": "&amp;", "<": "&lt;", ">": "&gt;"][$0] ?? String($0) }.joined()
  }

  /// The text of the element of a name: enough for a message whose elements hold text only.
  private static func element(_ name: String, of xml: String) -> String? {
    let parts = xml.split(separator: "<\(name)>", omittingEmptySubsequences: false)
    guard parts.count == 2, let text = parts[1].split(separator: "</", omittingEmptySubsequences: false).first else {
      return nil
    }
    return text.split(separator: "&", omittingEmptySubsequences: false).enumerated().map { index, part in
      for (code, character) in [("amp;", "&"), ("lt;", "<"), ("gt;", ">")] where index > 0 && part.hasPrefix(code) {
        return character + part.dropFirst(code.count)
      }
      return String(part)
    }.joined()
  }
}

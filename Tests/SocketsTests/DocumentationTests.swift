import Glibc
import Sockets
import Testing

@Suite("The documentation")
struct DocumentationTests {
  /// The folder that holds the project, as this file's place in it tells.
  private func repository() -> String {
    let resolved = realpath(#filePath, nil)
    defer { free(resolved) }
    let path = resolved.map { String(cString: $0) } ?? #filePath
    return path.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
  }

  @Test("every public name of Python's socket module and of its sockets is in the table")
  func everyName() throws {
    // The table's Python column, as literal names and as groups such as `CAN_*`.
    let python = try PythonPeer(
      """
      import re
      text = open(sys.argv[1], encoding="utf-8").read()
      section = re.search(r"^## socket\\n(.*?)(?=^## |\\Z)", text, re.M | re.S).group(1)
      words = set()
      for line in section.splitlines():
        if line.startswith("|"):
          for code in re.findall("`([^`]*)`", line.split("|")[1]):
            words.add(code if code.endswith("*") else re.match(r"(?:socket\\.)?(\\w*)", code).group(1))
      def is_there(name):
        return name in words or any(word.endswith("*") and name.startswith(word[:-1]) for word in words)
      names = [name for name in dir(socket.socket) + dir(socket) if not name.startswith("_")]
      say(len(names))
      say(*[name for name in names if not is_there(name)])
      """, [repository() + "/docs/FROM-PYTHON.md"])
    #expect(try python.number() > 300)
    #expect(try python.line() == "", "missing in docs/FROM-PYTHON.md")
    try python.finish()
  }

  @Test("every example of the article is part of a snippet that is built")
  func examples() throws {
    let python = try PythonPeer(
      """
      import glob, re
      article = open(sys.argv[1] + "/Sources/Sockets/Sockets.docc/FileServer.md", encoding="utf-8").read()
      snippets = [open(name, encoding="utf-8").read() for name in glob.glob(sys.argv[1] + "/Snippets/Sockets/*.swift")]
      examples = re.findall(r"^```swift\\n(.*?)^```", article, re.M | re.S)
      say(len(examples))
      say(*[example.split("\\n")[0] for example in examples if not any(example in text for text in snippets)])
      """, [repository()])
    #expect(try python.number() > 3)
    #expect(try python.line() == "")
    try python.finish()
  }
}

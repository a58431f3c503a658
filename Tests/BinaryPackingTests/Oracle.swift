import Glibc
import Testing

/// CPython beside us: cases go into a file as JSON lines, one process reads them all and prints what differs.
struct Oracle {
  private var text: [UInt8] = []
  private(set) var count = 0

  mutating func add(_ line: String) {
    text += line.utf8
    text.append(UInt8(ascii: "\n"))
    count += 1
  }

  /// Runs `oracle.py` over the cases; records an issue for each difference.
  ///
  /// - Returns: How many of the cases were errors on both sides.
  func check(seed: UInt64) throws -> Int {
    var path = Array("/tmp/binary-packing-XXXXXX".utf8CString)
    let descriptor = mkstemp(&path)
    let file = try #require(fdopen(descriptor, "w"))
    let name = path.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    defer { unlink(name) }
    #expect(fwrite(text, 1, text.count, file) == text.count)
    fclose(file)

    let python = getenv("LANDLINE_PYTHON").map { String(cString: $0) } ?? "python3"
    let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
    let process = try #require(popen("\(Self.quoted(python)) \(Self.quoted("/\(folder)/oracle.py")) < \(name)", "r"))
    var output = ""
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let received = fread(&chunk, 1, chunk.count, process)
      if received == 0 { break }
      output += String(decoding: chunk[..<received], as: UTF8.self)
    }
    let status = pclose(process)
    #expect(status == 0, "PACKING_SEED=\(seed)\n\(output)")
    let words = output.split(whereSeparator: { " ,\n".contains($0) })
    #expect(words.contains("agreed") && words.contains("\(count)"), "\(output)")
    return Int(words.last ?? "") ?? -1
  }

  private static func quoted(_ word: String) -> String {
    "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}

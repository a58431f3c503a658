import Glibc
import Linearization

/// Linearizes class hierarchies: reads JSON lines, each an object class → list of parents, and answers
/// each with an object class → its linearization, or `{"error":"…"}` for a class that has none.
///
/// A parent that has no list of its own is a root. A line that is no such object is answered with
/// `{"error":"…"}`, and the next one is served. An object that has a class twice is none: RFC 8259 §4 leaves it to the
/// reader which list counts, and Python's `json` would forget the first without a word.
///
/// `object` is a name like any other: it ends an answer only where the line names it as a parent. To compare with
/// Python's `__mro__`, give it to each class without parents, or leave the last class of `__mro__` out. So `["object",
/// "A"]` is an order here, unless `A` has `object` as its parent; Python, where it always has, refuses it.
@main
struct MRO {
  static func main() {
    guard let limit = limit(CommandLine.arguments.dropFirst()) else {
      InputOutputFailure.report(
        "usage: mro [--limit NAMES] < HIERARCHIES\n"
          + "Each line of the input is a JSON object of classes and lists of their parents, {\"B\":[\"A\"]}.\n"
          + "It is answered with an object of the classes and their linearizations, {\"B\":[\"B\",\"A\"]}, or {\"error\":…}.\n"
          + "A class given twice is an error; object is a name like any other, and is not added.\n"
          + "NAMES is how many names an answer may have; without it, \(standardLimit).")
      exit(2)
    }
    var reader = LineReader()
    var writer = JSONWriter()
    do throws(InputOutputFailure) {
      while let line = try reader.next() {
        try answer(line, limit, &writer)
        writer.write("\n")
        try writer.flush()
      }
    } catch {
      InputOutputFailure.report(error.message)
      exit(1)
    }
  }

  /// Of the answer to a line, in names: n classes can ask for n²/2.
  private static let standardLimit = 100_000_000

  private static func limit(_ arguments: ArraySlice<String>) -> Int? {
    guard let option = arguments.first else { return standardLimit }
    guard option == "--limit", arguments.count == 2, let limit = arguments.last.flatMap({ Int($0) }), limit > 0 else {
      return nil
    }
    return limit
  }

  private static func answer(_ line: LineReader.Line, _ limit: Int, _ writer: inout JSONWriter)
    throws(InputOutputFailure)
  {
    guard case .text(let bytes) = line else {
      return writer.write(error: "the line has over \(LineReader.longestLine) bytes: split the hierarchy")
    }
    let entries: [HierarchyReader.Entry]
    do throws(HierarchyReader.Failure) {
      entries = try HierarchyReader.entries(of: bytes)
    } catch {
      return writer.write(error: error.message)
    }
    try answer(entries, limit, &writer)
  }

  private static func answer(
    _ entries: [HierarchyReader.Entry], _ limit: Int, _ writer: inout JSONWriter
  ) throws(InputOutputFailure) {
    let parents = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.parents) })
    var linearizer = Linearizer<Name>(limit: limit) { parents[$0] ?? [] }
    writer.write("{")
    for (index, entry) in entries.enumerated() {
      if index > 0 { writer.write(",") }
      writer.write(entry.name)
      writer.write(":")
      let list: [Name]
      do throws(LinearizationError<Name>) {
        list = try linearizer.linearization(of: entry.name)
      } catch {
        writer.write(error: "\(error)")
        continue
      }
      try writer.write(list)
    }
    writer.write("}")
  }
}

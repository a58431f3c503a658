import Glibc
import LandlineProtocol
import LandlineServices
import Testing

@testable import LandlineStorage

@Suite struct ListTests {
  @Test func pagesOverManyNames() throws {
    let place = try Place(in: "/dev/shm")
    mkdir(place.real("many"), 0o755)
    let expected = (0..<2_500).map { "\($0 * 7919 % 2_500)-é" }.sorted {
      $0.utf8.lexicographicallyPrecedes($1.utf8)
    }
    for name in expected.shuffled() { writeFile(place.real("many/" + name), []) }
    for limit in [1_000, 1, 2_499, 2_500, 2_501] {
      var found: [[UInt8]] = []
      var after: [UInt8]?
      var pages = 0
      while pages < (limit == 1 ? 3 : 10) {
        let (entries, more) = try place.store.list(RemotePath("many"), after: after, limit: limit)
        #expect(entries.count <= limit)
        found += entries.map(\.name)
        after = found.last
        pages += 1
        if !more { break }
      }
      #expect(found == expected.prefix(limit == 1 ? 3 : 2_500).map { Array($0.utf8) })
      if limit >= 2_500 { #expect(pages == 1) }
    }
  }

  @Test func saysWhatEachIs() throws {
    let place = try Place()
    try place.put("a", "1234", modified: FileTime(seconds: -5, nanoseconds: 7), executable: true)
    try place.put("b/c", "")
    symlink("a", place.real("c"))
    // Names that no path can have are left out.
    writeFile(place.real("line\nbreak"), [])
    writeFile(place.real("\u{7F}"), [])
    run("sh", "-c", "touch \"$1/$(printf 'latin\\351')\"", "sh", place.real(""))
    let (entries, more) = try place.store.list(.root, after: nil, limit: 100)
    #expect(!more)
    #expect(entries.map { String(decoding: $0.name, as: UTF8.self) } == ["a", "b", "c"])
    #expect(entries.map(\.status.kind) == [.file, .folder, .other])
    #expect(entries[0].status.size == 4)
    #expect(entries[0].status.executable)
    #expect(entries[0].status.modified == FileTime(seconds: -5, nanoseconds: 7))
    #expect(try place.store.status(of: RemotePath("a")) == entries[0].status)
  }

  @Test func bothNormalisationsSideBySide() throws {
    let place = try Place()
    let composed = "\u{E9}"
    let decomposed = "e\u{301}"
    #expect(composed == decomposed, "equal as Swift strings, two files here")
    try place.put(composed, "one")
    try place.put(decomposed, "two")
    #expect(try place.get(composed) == "one")
    #expect(try place.get(decomposed) == "two")
    let (entries, _) = try place.store.list(.root, after: nil, limit: 9)
    #expect(entries.map(\.name) == [Array(decomposed.utf8), Array(composed.utf8)])
  }

  @Test func memoryStaysBounded() {
    var smallest = SmallestNames(limit: 3, after: Array("0100".utf8))
    for number in (0..<10_000).shuffled() {
      let digits = Array(String(number).utf8)
      let name = [UInt8](repeating: UInt8(ascii: "0"), count: 4 - digits.count) + digits
      name.withUnsafeBytes { smallest.offer($0) }
    }
    #expect(smallest.sorted() == ["0101", "0102", "0103"].map { Array($0.utf8) })
  }

  @Test func anEmptyFolder() throws {
    let place = try Place()
    let (entries, more) = try place.store.list(.root, after: nil, limit: 10)
    #expect(entries.isEmpty && !more)
  }
}

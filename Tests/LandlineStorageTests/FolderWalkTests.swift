import Glibc
import LandlineProtocol
import LandlineServices
import Testing

@testable import LandlineStorage

@Suite struct FolderWalkTests {
  let place: Place

  init() throws {
    place = try Place(in: "/dev/shm")
  }

  private func walk(
    _ path: String = "", budget: NameBudget = NameBudget(bytes: 0), admits: ((_ path: [UInt8]) -> Bool)? = nil
  ) throws -> [String] {
    let walk = try DiskFolderWalk(
      tree: Tree(place.folder), base: RemotePath(path), budget: budget, admits: admits)
    return try rest(of: walk)
  }

  private func rest(of walk: DiskFolderWalk) throws -> [String] {
    var found: [String] = []
    while !walk.isOver {
      let entries = try walk.next()
      #expect(entries.count <= 512)
      for entry in entries { found.append(String(decoding: entry.name, as: UTF8.self)) }
    }
    return found
  }

  /// What a walk is to meet, found in the simplest way.
  private func expected(_ path: String = "", below prefix: String = "") -> [String] {
    let folder = place.real(path) + (prefix.isEmpty ? "" : "/" + prefix)
    let sorted = names(in: folder).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return sorted.flatMap { name -> [String] in
      let name = prefix + name
      let isFolder = status(place.real(path) + "/" + name).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
      return [name] + (isFolder ? expected(path, below: name + "/") : [])
    }
  }

  @Test func everythingInOrder() throws {
    // '-' and '.' come before '/', which no name has: a folder's content comes before "a-" and "a." all the same.
    for path in ["a/z", "a/b/c", "a-/x", "a.b", "a/b.c", "ab", "é", "e\u{301}/x", "🎉/🎉", "B", "\"\\/'"] {
      try place.put(path, path)
    }
    mkdir(place.real("empty"), 0o755)
    symlink("/etc", place.real("link"))
    symlink("a", place.real("a/loop"))
    mkfifo(place.real("fifo"), 0o600)
    let found = try walk()
    #expect(found == expected())
    #expect(found.prefix(6) == ["\"\\", "\"\\/'", "B", "a", "a/b", "a/b/c"])
    #expect(found.contains("link") && !found.contains { $0.hasPrefix("link/") })
    #expect(try walk("a") == expected("a"))
    #expect(try walk("empty").isEmpty)
  }

  @Test func itsEntriesAreThoseOfStat() throws {
    try place.put("f/run", "1234", modified: FileTime(seconds: -5, nanoseconds: 7), executable: true)
    let walk = try place.store.walk(.root, where: nil)
    for entry in try walk.next() {
      #expect(try place.store.status(of: RemotePath(String(decoding: entry.name, as: UTF8.self))) == entry.status)
    }
    #expect(walk.isOver)
  }

  @Test func namesThatNoPathHasAreLeftOut() throws {
    try place.put("good/file", "x")
    run(
      "sh", "-c", "cd \"$1\" && mkdir \"$(printf 'gbk\\261\\316')\" && touch \"$(printf 'gbk\\261\\316')/in\"", "sh",
      place.real("good"))
    mkdir(place.real("good/line\nbreak"), 0o755)
    writeFile(place.real("good/line\nbreak/in"), [])
    writeFile(place.real("good/\u{7F}"), [])
    #expect(names(in: place.real("good")).count == 4)
    #expect(try walk() == ["good", "good/file"])
    #expect(try omitted() == 3)
    #expect(try omitted(admits: { !$0.starts(with: "good/gbk".utf8) }) == 2)
  }

  @Test func foldersTooDeepForWhatIsInThem() throws {
    // Longer than a path may be, so step by step.
    var folder = openat(AT_FDCWD, place.real(""), O_RDONLY | O_DIRECTORY)
    for _ in 0..<RemotePath.maximumComponents {
      mkdirat(folder, "d", 0o755)
      let below = openat(folder, "d", O_RDONLY | O_DIRECTORY)
      close(folder)
      folder = below
    }
    #expect(try walk().count == RemotePath.maximumComponents)
    #expect(try omitted() == 0)
    close(openat(folder, "file", O_WRONLY | O_CREAT, 0o644))
    #expect(try walk().count == RemotePath.maximumComponents)
    #expect(try omitted() == 1)
    close(folder)
  }

  private func omitted(admits: ((_ path: [UInt8]) -> Bool)? = nil) throws -> Int64 {
    let walk = try DiskFolderWalk(
      tree: Tree(place.folder), base: .root, budget: NameBudget(bytes: 0), admits: admits)
    _ = try rest(of: walk)
    return walk.omitted
  }

  @Test func whatIsNotAdmittedIsNotEntered() throws {
    for path in ["a/x", "b/x", "c/x", "x"] { try place.put(path, "") }
    let found = try walk(admits: { String(decoding: $0, as: UTF8.self) != "b" && !$0.starts(with: "c/".utf8) })
    #expect(found == ["a", "a/x", "c", "x"])
  }

  @Test(arguments: [0, 262_144, 33_554_432]) func manyNamesInAnyMemory(bytes: Int) throws {
    // 6,000 names of 200 bytes: ten times what a walk without a budget has room for.
    mkdir(place.real("many"), 0o755)
    let long = String(repeating: "n", count: 195)
    for number in 0..<6_000 {
      writeFile(place.real("many/\(long)\(String(10_000 + number * 7_919 % 6_000).dropFirst())"), [])
    }
    for folder in ["many/\(long)1000-sub", "many/\(long)5000-sub/sub"] { try place.put(folder + "/file", "") }
    let budget = NameBudget(bytes: bytes)
    let free = budget.free
    #expect(try walk(budget: budget) == expected())
    #expect(budget.free == free, "what a walk took it gave back")
    // Also one that is given up.
    do {
      let abandoned = try DiskFolderWalk(tree: Tree(place.folder), base: .root, budget: budget, admits: nil)
      _ = try abandoned.next()
      _ = try abandoned.next()
    }
    #expect(budget.free == free)
  }

  @Test func manyBigFoldersInOneAnother() throws {
    // Each has more names than its share of the memory.
    var path = "deep"
    mkdir(place.real(path), 0o755)
    for _ in 0..<12 {
      for number in 0..<150 {
        writeFile(place.real("\(path)/\(String(repeating: "x", count: 150))\(number)"), [])
      }
      path += "/\(String(repeating: "x", count: 150))70-folder"
      mkdir(place.real(path), 0o755)
    }
    #expect(try walk() == expected())
  }

  @Test func asDeepAsAPathCanBe() throws {
    let deepest = Array(repeating: "d", count: 128).joined(separator: "/")
    try place.put(deepest, "x")
    #expect(try walk().last == deepest)
    // What is deeper, by hand, cannot be asked for and is left out.
    run("sh", "-c", "cd \"$1\" && mkdir e && touch e/f", "sh", place.real(String(deepest.dropLast(2))))
    let found = try walk()
    #expect(found.count == 129)
    #expect(found.last == String(deepest.dropLast(1)) + "e")
    #expect(try walk("d/d").last == String(deepest.dropLast(1)).dropFirst(4) + "e")
  }

  @Test func asLongAsAPathCanBe() throws {
    let name = String(repeating: "n", count: 255)
    let folder = Array(repeating: name, count: 15).joined(separator: "/")
    try place.put("\(folder)/\(name)", "x")
    run(
      "sh", "-c", "cd \"$1\" && mkdir m && cd m && touch \"$2\" \"$3\"", "sh", place.real(folder),
      String(repeating: "s", count: 253), String(repeating: "t", count: 254))
    let found = try walk().suffix(3)
    #expect(found == ["\(folder)/m", "\(folder)/m/\(String(repeating: "s", count: 253))", "\(folder)/\(name)"])
  }

  @Test func aFolderThatIsSwappedForALinkIsNotFollowed() throws {
    let outside = Scratch(in: "/dev/shm")
    writeFile(outside.path + "/secret", [])
    for number in 0..<600 { try place.put("a/\(number)", "") }
    try place.put("b/c/file", "x")
    let walk = try DiskFolderWalk(tree: Tree(place.folder), base: .root, budget: NameBudget(bytes: 0), admits: nil)
    #expect(try walk.next().count == 512)
    run("mv", place.real("b"), outside.path + "/moved")
    symlink(outside.path, place.real("b"))
    let found = try rest(of: walk)
    #expect(found.count == 89 + 1)
    #expect(found.last == "b")
  }

  @Test func aFolderThatGoesAwayTakesItsNamesAlong() throws {
    for number in 0..<600 { try place.put("a/\(number)", "") }
    try place.put("b/file", "x")
    let walk = try DiskFolderWalk(tree: Tree(place.folder), base: .root, budget: NameBudget(bytes: 0), admits: nil)
    _ = try walk.next()
    run("rm", "-r", place.real("a"))
    #expect(try rest(of: walk) == ["b", "b/file"])
    // The walk's own folder is another matter.
    for number in 0..<600 { try place.put("c/d/\(number)", "") }
    let other = try DiskFolderWalk(
      tree: Tree(place.folder), base: RemotePath("c"), budget: NameBudget(bytes: 0), admits: nil)
    _ = try other.next()
    run("rm", "-r", place.real("c"))
    #expect(code { _ = try rest(of: other) } == .notFound)
  }

  @Test func onlyAFolderHasSomethingBelow() throws {
    try place.put("file", "x")
    symlink("/etc", place.real("link"))
    #expect(code { _ = try place.store.walk(RemotePath("file"), where: nil) } == .wrongKind)
    #expect(code { _ = try place.store.walk(RemotePath("link"), where: nil) } == .wrongKind)
    #expect(code { _ = try place.store.walk(RemotePath("nothing"), where: nil) } == .notFound)
  }
}

@Suite struct SortedNamesTests {
  private func sorted(_ given: [[UInt8]], after: [UInt8]? = nil, keeping budget: Int) -> [[UInt8]] {
    var result: [[UInt8]] = []
    var after = after
    while true {
      var names = SortedNames(after: after)
      for name in given {
        name.withUnsafeBytes { names.offer($0) }
        if names.cost > 2 * budget { names.sort(keeping: budget) }
      }
      names.sort(keeping: budget)
      for index in 0..<names.count {
        let name = names[index]
        #expect(names.withCString(at: index) { strlen($0) } == name.count)
        result.append(name)
      }
      guard names.isTrimmed else { return result }
      after = result.last
    }
  }

  @Test(arguments: [1, 100, 1_000, 1_000_000]) func anyBudgetGivesTheSame(budget: Int) {
    var given = Set<[UInt8]>()
    while given.count < 150 {
      given.insert(
        (0..<Int.random(in: 1...12)).map { _ in UInt8.random(in: 1...255) == 1 ? 1 : UInt8.random(in: 0xFD...0xFF) })
    }
    given.formUnion([[1], [1, 1], [255], Array(repeating: 7, count: 255), Array(repeating: 7, count: 254)])
    let expected = given.sorted { $0.lexicographicallyPrecedes($1) }
    #expect(sorted(Array(given), keeping: budget) == expected)
    let after = expected[70]
    #expect(sorted(Array(given), after: after, keeping: budget) == Array(expected[71...]))
  }

  @Test func nothing() {
    #expect(sorted([], keeping: 10).isEmpty)
  }
}

import Synchronization

/// A list of pictures in JSON, and each fetched by one of four threads.
///
/// The wire: GET `/meinv/?key=APIKey&num=10`, answered by `{"newslist": [{"picUrl": URL}, …]}`; then GET of each URL. Plain
/// HTTP only: for an https:// address TLS would be needed. The original: no status is looked at, no wait has an end, there is a
/// thread for each picture, and a name from a URL may be empty, have a `?`, or be another picture's, which it replaces.
enum S002ThreadedDownloader: Script {
  static let about = About(
    "s002_threaded_downloader", "JSON from a web server, then pictures by threads", at: "api.tianapi.com", 80,
    settings: ["SAVE_DIR"])

  static func script(_ settings: Settings) throws {
    let folder = settings["SAVE_DIR"] ?? "."
    let answer = try HTTP.get("http://\(settings.host):\(settings.port)/meinv/?key=APIKey&num=10")
    guard answer.status == 200 else { throw Failure("the list is answered with status \(answer.status)") }
    guard let list = try PythonValue(json: answer.body)["newslist"]?.list else {
      throw Failure("no newslist in the answer")
    }
    var taken: Set<String> = []
    let tasks = list.compactMap { $0["picUrl"]?.text }.map { url in (url, name: name(of: url, &taken)) }
    let next = Counter()
    let threads = try (0..<4).map { _ in
      try Thread {
        while case let index = next.take(), index < tasks.count {
          do {
            try save(tasks[index].0, as: tasks[index].name, in: folder)
          } catch {
            warn("\(tasks[index].0): \(error)")
          }
        }
      }
    }
    for thread in threads { thread.join() }
  }

  private static func save(_ url: String, as name: String, in folder: String) throws {
    let picture = try HTTP.get(url)
    guard picture.status == 200 else { throw Failure("status \(picture.status)") }
    let file = try ReceivedFile(named: name, in: folder)
    try file.write(picture.body)
    try file.keep()
  }

  /// What is behind the last `/`, without a query, and with a number if another picture has that name.
  private static func name(of url: String, _ taken: inout Set<String>) -> String {
    let path = url.prefix { $0 != "?" && $0 != "#" }
    var name = String(path.split(separator: "/", omittingEmptySubsequences: false).last ?? "")
    if ["", ".", ".."].contains(name) { name = "picture" }
    let first = name
    while !taken.insert(name).inserted { name = "\(taken.count)-\(first)" }
    return name
  }

  private final class Counter: Sendable {
    private let value = Atomic(0)
    func take() -> Int { value.wrappingAdd(1, ordering: .relaxed).oldValue }
  }
}

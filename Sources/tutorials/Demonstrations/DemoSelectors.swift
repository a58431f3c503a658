import Glibc
import Selectors
import Sockets

/// select, poll, and epoll told of levels or of edges, with 1,000 connections of which one has something to say.
///
/// select and poll look at all of them in each wait, epoll at those that are ready; select ends at descriptor 1023.
enum DemoSelectors: Script {
  static let about = About("demo_selectors", "select, poll, epoll (level, edge) with 1,000 connections")

  static func script(_ settings: Settings) throws {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    // The first, for it has descriptors of its own, which have to be below 1024.
    let select = try SelectSelector<Int>()
    var pairs: [(speaker: Connection, listener: Connection)] = []
    for _ in 0..<1000 {
      let pair = try SocketPair()
      let (speaker, listener) = (Connection(pair.first), Connection(pair.second))
      pairs.append((speaker, listener))
    }
    try run("select", select, pairs) { try $0.register($1, for: .read, data: $2) }
    try run("poll", PollSelector(), pairs) { try $0.register($1, for: .read, data: $2) }
    try run("epoll, level", EpollSelector(), pairs) { try $0.register($1, for: .read, data: $2) }
    try run("epoll, edge", EpollSelector(), pairs) { try $0.register($1, for: .read, data: $2, mode: .edgeTriggered) }
  }

  private static func run<Kind: Selector<Int> & ~Copyable>(
    _ name: String, _ selector: consuming Kind, _ pairs: [(speaker: Connection, listener: Connection)],
    register: (inout Kind, CInt, Int) throws -> Void
  ) throws {
    var refusal = ""
    for (index, pair) in pairs.enumerated() {
      do { try register(&selector, pair.listener.socket.descriptor, index) } catch { refusal = "\(error)" }
    }
    let count = selector.count
    let watched = selector.keys.map(\.data)
    let begin = ContinuousClock.now
    for round in 0..<1000 {
      let index = watched[round * 7 % watched.count]
      try pairs[index].speaker.socket.sendAll("!".utf8)
      let ready = try selector.select()
      guard ready.map(\.key.data) == [index] else { throw Failure("\(name) reports \(ready.count) as ready") }
      _ = try pairs[index].listener.socket.receive(upTo: 10)
    }
    let microseconds = begin.duration(to: .now) / .microseconds(1000)
    print("\(name): \(count) connections, \(Int(microseconds)) µs a message\(refusal.isEmpty ? "" : "; \(refusal)")")
  }
}

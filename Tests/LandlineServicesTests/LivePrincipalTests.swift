import Synchronization
import Testing

@testable import LandlineServices

@Suite struct LivePrincipalTests {
  private func principal(_ role: String) -> Principal {
    Principal(accountID: 1, account: "a", role: role, credential: .device(id: "d"), grants: [])
  }

  private final class Seen: Sendable {
    private let roles = Mutex<[String]>([])
    var all: [String] { roles.withLock { $0 } }
    func add(_ role: String) { roles.withLock { $0.append(role) } }
  }

  @Test func aWatchIsToldAtOnceAndOfEachChange() {
    let live = LivePrincipal(principal("a"))
    let seen = Seen()
    let watch = live.watch { seen.add($0.role) }
    live.update(principal("b"), generation: 1)
    live.update(principal("b"), generation: 2)
    live.update(principal("c"), generation: 3)
    #expect(seen.all == ["a", "b", "c"])
    watch.end()
    live.update(principal("d"), generation: 4)
    #expect(seen.all == ["a", "b", "c"])
    #expect(live.current.role == "d")
  }

  @Test func aWatchEndsWithWhoHoldsIt() {
    let live = LivePrincipal(principal("a"))
    let seen = Seen()
    var watch: LivePrincipal.Watch? = live.watch { seen.add($0.role) }
    #expect(watch != nil)
    watch = nil
    live.update(principal("b"), generation: 1)
    #expect(seen.all == ["a"])
  }

  @Test func whatWasReadBeforeDoesNotReplaceWhatWasReadLater() {
    let live = LivePrincipal(principal("a"))
    live.update(principal("new"), generation: 5)
    live.update(principal("old"), generation: 4)
    #expect(live.current.role == "new")
  }

  @Test func aWatcherMayLookAndMayBeginAnotherWatch() {
    let live = LivePrincipal(principal("a"))
    let seen = Seen()
    let watch = live.watch { _ in
      seen.add(live.current.role)
      _ = live.watch { _ in }
    }
    live.update(principal("b"), generation: 1)
    #expect(seen.all == ["a", "b"])
    watch.end()
  }
}

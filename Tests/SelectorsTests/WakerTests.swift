import Glibc
import Selectors
import Synchronization
import Testing

extension SelectorSuite {
  @Suite("Waking")
  struct WakerTests {
    @Test(arguments: SelectorKind.allCases)
    func fromAnotherThread(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      let waker = selector.waker
      for _ in 0..<100 {
        let thread = startThread { waker.wake() }
        // Without a timeout: it ends by the wake or not at all.
        #expect(try selector.select(timeout: nil) == [])
        pthread_join(thread, nil)
        #expect(try selector.select(timeout: .zero) == [])
      }
    }

    @Test(arguments: SelectorKind.allCases)
    func aWakeIsKept(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      for _ in 0..<3 { selector.waker.wake() }
      #expect(try selector.select(timeout: nil) == [])
      // Three were one.
      let took = try measure {
        let ready = try selector.select(timeout: .milliseconds(20))
        #expect(ready == [])
      }
      #expect(took >= .milliseconds(20))
      selector.waker.wake()
      #expect(try selector.select(timeout: nil) == [])
    }

    @Test(arguments: SelectorKind.allCases)
    func togetherWithDescriptors(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      let pair = try Pair()
      let key = try selector.register(pair.reader, for: .read, data: "r")
      pair.send()
      selector.waker.wake()
      #expect(try selector.select(timeout: nil) == [ReadyKey(key, .read)])
      #expect(selector.count == 1)
      #expect(selector.keys == [key])
    }

    @Test(arguments: SelectorKind.allCases)
    func aWakerOutlivesItsSelector(_ kind: SelectorKind) throws {
      var selector: (any AnySelector)? = try kind.make()
      let waker = try #require(selector).waker
      selector = nil
      waker.wake()
      waker.wake()
      #expect(fcntl(waker.descriptor, F_GETFD) >= 0)
    }

    /// As a handler of signals does, which may call little else than write.
    @Test(arguments: SelectorKind.allCases)
    func byItsNumber(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      for _ in 0..<3 {
        var one: UInt64 = 1
        #expect(write(selector.waker.descriptor, &one, 8) == 8)
        #expect(try selector.select(timeout: nil) == [])
        #expect(try selector.select(timeout: .zero) == [])
        selector.waker.wake()
        #expect(try selector.select(timeout: nil) == [])
      }
    }

    /// No wake is lost: each thread waits for the answer to its own before the next.
    @Test(arguments: SelectorKind.allCases)
    func manyThreads(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      let rounds = 2_000
      let mailbox = Mailbox(threads: 4)
      let waker = selector.waker
      let threads = (0..<4).map { index in
        startThread {
          for round in 1...rounds {
            mailbox.ask(index, round)
            waker.wake()
            while mailbox.answer(index) < round { sched_yield() }
          }
        }
      }
      while !mailbox.isDone(rounds) {
        _ = try selector.select(timeout: nil)
        mailbox.answerAll()
      }
      for thread in threads { pthread_join(thread, nil) }
    }

    /// Of atomic numbers, for the thread sanitizer does not see into the standard library's mutex once it is contended.
    private final class Mailbox: Sendable {
      private final class Slot: Sendable {
        let asked = Atomic(0)
        let answered = Atomic(0)
      }

      private let slots: [Slot]

      init(threads: Int) { slots = (0..<threads).map { _ in Slot() } }

      func ask(_ index: Int, _ round: Int) { slots[index].asked.store(round, ordering: .releasing) }
      func answer(_ index: Int) -> Int { slots[index].answered.load(ordering: .acquiring) }
      func answerAll() {
        for slot in slots { slot.answered.store(slot.asked.load(ordering: .acquiring), ordering: .releasing) }
      }
      func isDone(_ rounds: Int) -> Bool { slots.allSatisfy { $0.answered.load(ordering: .acquiring) == rounds } }
    }
  }
}

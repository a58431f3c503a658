import Glibc
import Selectors
import SystemPackage
import Testing

extension SelectorSuite {
  /// Descriptors that are closed while they are registered, and their numbers, which come again.
  @Suite("Closed and reused numbers")
  struct ReuseTests {
    @Test(arguments: SelectorKind.allCases)
    func unregisterAfterClosing(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      var pair = try Pair()
      let reader = try selector.register(pair.reader, for: .read, data: "r")
      let writer = try selector.register(pair.writer, for: .write, data: "w")
      pair.closeBoth()
      #expect(try selector.unregister(reader.descriptor) == reader)
      #expect(try selector.unregister(writer.descriptor) == writer)
      #expect(selector.count == 0)
      #expect(try selector.select(timeout: .zero) == [])
    }

    @Test(arguments: SelectorKind.allCases)
    func unregisterAfterClosingAndReuse(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      let pair = try Pair()
      try selector.register(pair.reader, for: .read, data: "r")
      try selector.register(pair.writer, for: .write, data: "w")
      let other = try Pair()
      #expect(dup2(other.reader, pair.reader) == pair.reader)
      #expect(dup2(other.writer, pair.writer) == pair.writer)
      try selector.unregister(pair.reader)
      try selector.unregister(pair.writer)
      #expect(selector.count == 0)
    }

    /// The new file under a registered number is no new registration: the old one has to go first.
    @Test(arguments: SelectorKind.allCases)
    func registerAReusedNumber(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      let pair = try Pair()
      try selector.register(pair.reader, for: .read, data: "old")
      let other = try Pair()
      #expect(dup2(other.reader, pair.reader) == pair.reader)
      let error = try #require(throws: SelectorError.self) {
        try selector.register(pair.reader, for: .read, data: "new")
      }
      #expect(error.code == .alreadyRegistered)
      try selector.unregister(pair.reader)
      let key = try selector.register(pair.reader, for: .read, data: "new")
      other.send("to the new one")
      #expect(try selector.select(timeout: nil) == [ReadyKey(key, .read)])
      #expect(pair.receive() == "to the new one")
    }

    @Test(arguments: SelectorKind.allCases)
    func modifyAReusedNumber(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      let pair = try Pair()
      try selector.register(pair.reader, for: .read, data: "r")
      let other = try Pair()
      #expect(dup2(other.reader, pair.reader) == pair.reader)
      let key = try selector.modify(pair.reader, for: [.read, .write])
      #expect(try selector.select(timeout: nil) == [ReadyKey(key, .write)])
    }

    /// The kernel refuses to change what it does not know: the registration is gone, not half there.
    @Test func modifyAClosedDescriptor() throws {
      let selector = try SelectorKind.epoll.make()
      var pair = try Pair()
      let reader = pair.reader
      try selector.register(reader, for: .read, data: "r")
      pair.closeReader()
      let error = try #require(throws: SelectorError.self) { try selector.modify(reader, for: .write) }
      #expect(error.code == .invalidDescriptor)
      #expect(error.errno == .badFileDescriptor)
      #expect(selector[reader] == nil)
      #expect(selector.count == 0)
    }

    @Test func waitingForAClosedDescriptor() throws {
      let poll = try SelectorKind.poll.make()
      let select = try SelectorKind.select.make()
      let epoll = try SelectorKind.epoll.make()
      var pair = try Pair()
      let reader = pair.reader
      let key = try poll.register(reader, for: .read, data: "r")
      try select.register(reader, for: .read, data: "r")
      try epoll.register(reader, for: .read, data: "r")
      pair.closeReader()
      // poll says that it is ready, for reading it does not wait: it fails. epoll has forgotten it.
      #expect(try poll.select(timeout: .zero) == [ReadyKey(key, .read)])
      #expect(try epoll.select(timeout: .zero) == [])
      let error = try #require(throws: SelectorError.self) { try select.select(timeout: .zero) }
      #expect(error.code == .invalidDescriptor)
      #expect(error.errno == .badFileDescriptor)
      #expect(error.message.contains("\(reader)"))
    }

    /// A closed file whose duplicate lives on is reported by the kernel for ever, and under a number
    /// that is another's by now.
    @Test(arguments: [EpollMode(), .edgeTriggered, .oneShot])
    func aDuplicateThatOutlivesItsNumber(_ mode: EpollMode) throws {
      var selector = try EpollSelector<String>()
      var pair = try Pair()
      let reader = pair.reader
      try selector.register(reader, for: .read, data: "old", mode: mode)
      let duplicate = fcntl(reader, F_DUPFD_CLOEXEC, 700)
      defer { close(duplicate) }
      pair.closeReader()
      try selector.unregister(reader)

      let other = try Pair()
      #expect(other.reader == reader)
      let key = try selector.register(reader, for: .read, data: "new", mode: mode)
      let idle = try Pair()
      let idleKey = try selector.register(idle.reader, for: .read, data: "idle", mode: mode)
      let number = selector.descriptor

      // Written into the old file: nothing that is registered.
      pair.send("old")
      #expect(try selector.select(timeout: .seconds(30)) == [])
      #expect(selector.descriptor == number)
      // From now on the kernel does not report it any more, and the wait lasts.
      let took = try measure {
        let ready = try selector.select(timeout: .milliseconds(50))
        #expect(ready == [])
      }
      #expect(took >= .milliseconds(50))

      other.send("new")
      #expect(try selector.select(timeout: .seconds(30)) == [ReadyKey(key, .read)])
      #expect(Pair.receive(from: reader) == "new")
      idle.send("idle")
      #expect(try selector.select(timeout: .seconds(30)) == [ReadyKey(idleKey, .read)])
      #expect(idle.receive() == "idle")
      selector.waker.wake()
      #expect(try selector.select(timeout: .seconds(30)) == [])
    }

    /// A number that was changed after it had become another file's: what the old file, which lives on, reports is not
    /// the new one's.
    @Test func modifyANumberWhoseOldFileLivesOn() throws {
      var selector = try EpollSelector<String>()
      var pair = try Pair()
      let reader = pair.reader
      try selector.register(reader, for: .read, data: "old")
      let duplicate = fcntl(reader, F_DUPFD_CLOEXEC, 700)
      defer { close(duplicate) }
      pair.closeReader()
      let other = try Pair()
      #expect(other.reader == reader)
      let key = try selector.modify(reader, for: [.read, .priority], data: "new")
      pair.send("old")
      #expect(try selector.select(timeout: .zero) == [])
      other.send("new")
      #expect(try selector.select(timeout: .seconds(30)) == [ReadyKey(key, .read)])
      #expect(Pair.receive(from: reader) == "new")
    }

    /// What was reported in one shot stays silent even when the set is made anew.
    @Test func oneShotsThatWereFired() throws {
      var selector = try EpollSelector<String>()
      var pair = try Pair()
      let fired = try Pair()
      let key = try selector.register(fired.reader, for: .read, data: "fired", mode: .oneShot)
      fired.send()
      #expect(try selector.select(timeout: .zero) == [ReadyKey(key, .read)])

      let reader = pair.reader
      try selector.register(reader, for: .read, data: "old")
      let duplicate = fcntl(reader, F_DUPFD_CLOEXEC, 700)
      defer { close(duplicate) }
      pair.closeReader()
      try selector.unregister(reader)
      pair.send()
      #expect(try selector.select(timeout: .zero) == [])
      #expect(try selector.select(timeout: .zero) == [])
      try selector.rearm(fired.reader)
      #expect(try selector.select(timeout: .zero) == [ReadyKey(key, .read)])
      #expect(try selector.select(timeout: .zero) == [])
    }
  }
}

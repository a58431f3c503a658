import Glibc
import Selectors
import SystemPackage
import Testing

extension SelectorSuite {
  @Suite("Registration")
  struct RegistrationTests {
    private func code(_ body: () throws(SelectorError) -> Void) -> SelectorError.Code? {
      do throws(SelectorError) {
        try body()
        return nil
      } catch {
        return error.code
      }
    }

    @Test(arguments: SelectorKind.allCases)
    func register(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      let pair = try Pair()
      let key = try selector.register(pair.reader, for: .read, data: "data")
      #expect(key == SelectorKey(descriptor: pair.reader, events: .read, data: "data"))
      let reader = pair.reader
      let writer = pair.writer
      #expect(code { () throws(SelectorError) in try selector.register(writer, for: [], data: "") } == .invalidEvents)
      #expect(
        code { () throws(SelectorError) in try selector.register(writer, for: Events(rawValue: 64), data: "") }
          == .invalidEvents)
      #expect(
        code { () throws(SelectorError) in try selector.register(-10, for: .read, data: "") } == .invalidDescriptor)
      #expect(
        code { () throws(SelectorError) in try selector.register(reader, for: .write, data: "") }
          == .alreadyRegistered)
      #expect(selector[reader] == key)
      #expect(selector.count == 1)
    }

    @Test(arguments: SelectorKind.allCases)
    func registerAClosedDescriptor(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      var pair = try Pair()
      let reader = pair.reader
      pair.closeReader()
      let error = try #require(throws: SelectorError.self) { try selector.register(reader, for: .read, data: "") }
      #expect(error.code == .invalidDescriptor)
      #expect(error.errno == .badFileDescriptor)
      #expect(error.description.contains("\(reader)"))
      #expect(selector.count == 0)
      #expect(selector[reader] == nil)
    }

    @Test(arguments: SelectorKind.allCases)
    func unregister(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      let pair = try Pair()
      let reader = pair.reader
      let key = try selector.register(reader, for: .read, data: "data")
      pair.send()
      #expect(try selector.unregister(reader) == key)
      #expect(selector.count == 0)
      #expect(try selector.select(timeout: .zero) == [])
      #expect(code { () throws(SelectorError) in try selector.unregister(reader) } == .notRegistered)
      #expect(code { () throws(SelectorError) in try selector.unregister(999_999) } == .notRegistered)
      #expect(code { () throws(SelectorError) in try selector.unregister(-1) } == .notRegistered)
    }

    @Test(arguments: SelectorKind.allCases)
    func modifyEvents(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      let pair = try Pair()
      let key = try selector.register(pair.reader, for: .read, data: "data")
      #expect(try selector.select(timeout: .zero) == [])
      let changed = try selector.modify(pair.reader, for: .write)
      #expect(changed == SelectorKey(descriptor: pair.reader, events: .write, data: "data"))
      #expect(changed != key)
      #expect(selector[pair.reader] == changed)
      #expect(try selector.select(timeout: .zero) == [ReadyKey(changed, .write)])
      try selector.modify(pair.reader, for: .read)
      #expect(try selector.select(timeout: .zero) == [])
    }

    @Test(arguments: SelectorKind.allCases)
    func modifyData(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      let pair = try Pair()
      try selector.register(pair.reader, for: .read, data: "one")
      let changed = try selector.modify(pair.reader, for: .read, data: "two")
      #expect(changed == SelectorKey(descriptor: pair.reader, events: .read, data: "two"))
      pair.send()
      #expect(try selector.select(timeout: .zero) == [ReadyKey(changed, .read)])
    }

    @Test(arguments: SelectorKind.allCases)
    func modifyWrongly(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      let pair = try Pair()
      let reader = pair.reader
      #expect(code { () throws(SelectorError) in try selector.modify(reader, for: .read) } == .notRegistered)
      #expect(
        code { () throws(SelectorError) in try selector.modify(999_999, for: .read, data: "") } == .notRegistered)
      let key = try selector.register(reader, for: .read, data: "data")
      #expect(code { () throws(SelectorError) in try selector.modify(reader, for: []) } == .invalidEvents)
      #expect(selector[reader] == key)
    }

    @Test(arguments: SelectorKind.allCases)
    func keys(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      #expect(selector.keys == [])
      #expect(selector.count == 0)
      let pair = try Pair()
      let writer = try selector.register(pair.writer, for: .write, data: "w")
      let reader = try selector.register(pair.reader, for: .read, data: "r")
      #expect(selector.keys == [reader, writer])
      #expect(selector.count == 2)
      #expect(selector[pair.reader] == reader)
      #expect(selector[999_999] == nil)
      #expect(selector[-1] == nil)
    }

    @Test func aSelectorWithoutData() throws {
      var selector = try DefaultSelector<Void>()
      let pair = try Pair()
      try selector.register(pair.reader, for: .read)
      pair.send()
      let ready = try selector.select()
      #expect(ready.map(\.key.descriptor) == [pair.reader])
      #expect(ready.map(\.events) == [.read])
    }

    /// A closed file leaves the set of an epoll that watches it: what nobody else holds is reported no more.
    @Test func everythingIsClosedAtTheEndOfTheScope() throws {
      var observer = try EpollSelector<String>()
      let pair = try Pair()
      pair.send()
      do {
        var selector = try EpollSelector<Void>()
        try selector.register(pair.reader, for: .read)
        try observer.register(selector.descriptor, for: .read, data: "epoll")
        try observer.register(selector.waker.descriptor, for: .write, data: "eventfd")
        #expect(try Set(observer.select(timeout: .zero).map(\.key.data)) == ["epoll", "eventfd"])
        #expect(try selector.select(timeout: .zero).count == 1)
      }
      #expect(try observer.select(timeout: .zero) == [])
    }
  }
}

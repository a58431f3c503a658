import Glibc
import LandlineClient
import LandlineProtocol
import LandlineServer
import LandlineTesting
import Testing

@Suite struct WithServerTests {
  private func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  @Test func thePurposeOfItAll() async throws {
    try await withServer { server in
      let ada = try await server.join(name: "ada")
      let bert = try await server.join(name: "bert", role: "guest")
      _ = try await ada.withConnection { try await $0.makeFolder("docs") }
      let entries = try await bert.withConnection { try await $0.list("").entries }
      #expect(entries.map(\.name) == ["docs"])
      #expect(exists(server.filesFolder + "/docs"))
    }
  }

  @Test func eachClientIsSomebodyElse() async throws {
    try await withServer { server in
      var names: Set<String> = []
      for role in ["admin", "member", "member", "guest"] {
        let welcome = try await server.client(role: role).withConnection { try await $0.whoami() }
        #expect(welcome.role == role)
        names.insert(welcome.account)
      }
      #expect(names.count == 4)
      let local = try await server.local.withConnection { try await $0.whoami() }
      #expect(local.account == "local")
    }
  }

  @Test func anInviteIsGoodOnce() async throws {
    try await withServer { server in
      let invite = try await server.invite(role: "guest")
      _ = try await LandlineClient.join(invite, account: "ada", deviceName: "a", key: DeviceKey())
      let error = await #expect(throws: ClientError.self) {
        try await LandlineClient.join(invite, account: "bert", deviceName: "b", key: DeviceKey())
      }
      #expect(error?.refusal?.code == .unauthenticated)
    }
  }

  @Test func nothingIsLeftOfIt() async throws {
    let folder = try await withServer { server in
      #expect(exists(server.dataFolder))
      return server.dataFolder
    }
    #expect(!exists(folder))
  }

  @Test func nothingIsLeftOfItAfterAnError() async throws {
    struct Expected: Error {}
    var folder = ""
    await #expect(throws: Expected.self) {
      try await withServer { server in
        folder = server.dataFolder
        throw Expected()
      }
    }
    #expect(!folder.isEmpty && !exists(folder))
  }

  @Test func aServerThatCannotStartSaysWhy() async throws {
    let error = await #expect(throws: (any Error).self) {
      try await withServer(configure: { $0.certificateFile = "/nowhere" }, { _ in })
    }
    #expect("\(String(describing: error))".contains("a certificate and a private key go together"))
  }

  @Test(.timeLimit(.minutes(2))) func severalSideBySide() async throws {
    let ports = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<4 {
        group.addTask {
          try await withServer { server in
            let client = try await server.client()
            _ = try await client.withConnection { try await $0.makeFolder("mine \(number)") }
            let names = try await client.withConnection { try await $0.list("").entries.map(\.name) }
            #expect(names == ["mine \(number)"])
            return server.address.port
          }
        }
      }
      return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
    }
    #expect(!ports.contains(0))
  }
}

import Glibc
import LandlineClient
import LandlineProtocol

/// Looks at what this user's `landline` has to work with.
struct ClientCheckup {
  func run() async -> [Finding] {
    let book: ServerBook
    do throws(ClientError) {
      book = try ServerBook()
    } catch {
      return [Finding(.error, "configuration", error.message)]
    }
    return [folder(book)] + script() + (await servers(book))
  }

  private func folder(_ book: ServerBook) -> Finding {
    var status = stat()
    guard stat(book.folder, &status) == 0 else {
      return errno == ENOENT
        ? Finding(.ok, "configuration", "there is none yet; landline join makes it")
        : Finding(.error, "configuration", "cannot look at '\(book.folder)': \(String(cString: strerror(errno)))")
    }
    if status.st_uid != geteuid() {
      return Finding(
        .error, "configuration",
        "'\(book.folder)' belongs to user \(status.st_uid), and this is user \(geteuid()); "
          + "run this as its owner, or: chown -R \(geteuid()) '\(book.folder)'")
    }
    guard status.st_mode & 0o022 == 0 else {
      return Finding(
        .error, "configuration",
        "others may put files into '\(book.folder)', whose names this device trusts: chmod 700 '\(book.folder)'")
    }
    guard status.st_mode & 0o077 == 0 else {
      return Finding(
        .warning, "configuration", "others may see the names of the joined servers: chmod 700 '\(book.folder)'")
    }
    return Finding(.ok, "configuration", "\(book.folder), for this user only")
  }

  /// What scripts log in by.
  private func script() -> [Finding] {
    let (server, token) = (getenv("LANDLINE_SERVER") != nil, getenv("LANDLINE_TOKEN") != nil)
    if server == token { return [] }
    let (set, missing) = server ? ("LANDLINE_SERVER", "LANDLINE_TOKEN") : ("LANDLINE_TOKEN", "LANDLINE_SERVER")
    return [
      Finding(.warning, "environment", "\(set) is set and \(missing) is not; both are needed, so neither is used")
    ]
  }

  private func servers(_ book: ServerBook) async -> [Finding] {
    let names: [String]
    do throws(ClientError) {
      names = try book.names()
    } catch {
      return [Finding(.error, "servers", error.message)]
    }
    guard !names.isEmpty else { return [Finding(.ok, "servers", "none is joined")] }
    // Side by side: one that does not answer takes its time.
    return await withTaskGroup(of: (Int, Finding).self) { group in
      for (index, name) in names.enumerated() { group.addTask { (index, await finding(name, book)) } }
      var findings: [(Int, Finding)] = []
      for await finding in group { findings.append(finding) }
      return findings.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }

  private func finding(_ name: String, _ book: ServerBook) async -> Finding {
    do {
      guard let record = try book.record(named: name) else { return Finding(.ok, name, "it was just left") }
      guard record.pendingInvite == nil else {
        return Finding(.warning, name, "its invite was not answered; repeat landline join, or: landline leave \(name)")
      }
      let start = ContinuousClock.now
      let welcome = try await LandlineClient(record).withConnection { try await $0.whoami() }
      let took = Int(((ContinuousClock.now - start).inSeconds * 1_000).rounded())
      return Finding(
        .ok, name,
        "\(record.address) answers in \(took) ms, is the server that was joined, and knows us as "
          + "\(welcome.account) (\(welcome.role))")
    } catch {
      return Finding(.error, name, "\(error)")
    }
  }
}

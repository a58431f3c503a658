import LandlineProtocol

extension LandlineClient {
  /// Is in a room while `body` runs.
  ///
  /// ```swift
  /// try await client.withRoom(ChatRoomOptions()) { event in
  ///   if case .message(let message) = event { print("\(message.from): \(message.text)") }
  /// } _: { room in
  ///   try await room.send("hello")
  /// }
  /// ```
  /// - Parameters:
  ///   - events: is told what happens there, one after the other; what comes meanwhile waits, or is fetched later.
  ///   - body: what is done there; it is cancelled when the room is lost for good.
  /// - Throws: `cannotConnect`, `refused` (`forbidden` for a room that one may not enter, also later), and what `body`
  ///   throws.
  public func withRoom<Value: Sendable>(
    _ options: ChatRoomOptions, events: @escaping @Sendable (ChatRoomEvent) async -> Void,
    _ body: @escaping @Sendable (ChatRoom) async throws -> Value
  ) async throws -> Value {
    let room = ChatRoom(options)
    return try await withThrowingTaskGroup(of: Value?.self) { group in
      group.addTask {
        do {
          try await stay(in: room, events)
        } catch {
          room.outbox.fail(error as? ClientError ?? .lost("the command is ending"))
          throw error
        }
        return nil
      }
      group.addTask { try await body(room) }
      defer { group.cancelAll() }
      while let value = try await group.next() {
        if let value { return value }
      }
      throw CancellationError()
    }
  }

  /// Connects, again and again, until the task is cancelled.
  private func stay(in room: ChatRoom, _ events: @escaping @Sendable (ChatRoomEvent) async -> Void) async throws {
    let visit = ChatVisit(room, events: events)
    var lostAt: ContinuousClock.Instant?
    var wasThere = false
    var pause = Duration.milliseconds(100)
    while true {
      let entries = await visit.entries
      do {
        try await withConnection { try await visit.run(over: $0) }
      } catch let error as ClientError {
        guard error.isLoss || (error.code == .cannotConnect && error.mayPass) else { throw error }
        // Else the server may take a connection and drop it at once, again and again.
        let hasEntered = await visit.entries > entries
        if hasEntered { pause = .milliseconds(100) }
        if hasEntered || lostAt == nil {
          lostAt = .now
          await events(.lost(error))
        }
        wasThere = wasThere || hasEntered
        // Before it was ever there: a server that is starting gets its time, like with everything else.
        let patience = wasThere ? room.options.patience : Reconnecting.patience
        if let patience, let lostAt, .now - lostAt + pause >= patience { throw givenUp(error, patience, wasThere) }
        // Not all at the same moment, when a server comes back to many.
        try await Task.sleep(for: pause * Double.random(in: 0.5...1))
        pause = min(pause * 2, .seconds(2))
      }
    }
  }

  private func givenUp(_ error: ClientError, _ patience: Duration, _ wasThere: Bool) -> ClientError {
    let seconds = patience.components.seconds
    guard wasThere else {
      return ClientError(.cannotConnect, "\(error.message); tried for \(seconds) seconds", advice: error.advice)
    }
    return ClientError(
      .cannotConnect,
      "\(endpoint.place) was lost and did not come back within \(seconds) seconds (\(error.message))")
  }
}

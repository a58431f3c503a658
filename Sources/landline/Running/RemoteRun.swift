import Glibc
import LandlineClient
import LandlineProtocol
import Sockets

/// A command's conversation: its streams are this process's, its end becomes this process's exit code.
struct RemoteRun: Sendable {
  var hasInput = true
  var isTerminal = false
  var encoding: TextEncoding?
  /// Called when it runs, on a thread that may wait.
  var onStart: (@Sendable (StartedAnswer) -> Void)?

  /// - Parameter signals: those that are sent there; nil: nothing is, nor is standard input.
  /// - Returns: how it ended.
  /// - Throws: `ExitStatus.readerGone`; what the server refuses; `RunEscape`.
  func run(_ command: RemoteCommand, signals: RunSignals?) async throws -> ExitedAnswer {
    let input = signals.map { RunInput($0, hasInput: hasInput, isTerminal: isTerminal) }
    let output = RunOutput(.stdout, to: STDOUT_FILENO, encoding: encoding)
    let errors = RunOutput(.stderr, to: STDERR_FILENO, encoding: encoding)
    return try await withThrowingTaskGroup(of: ExitedAnswer?.self) { group in
      defer {
        input?.end()
        output.end()
        errors.end()
      }
      if let input {
        group.addTask {
          try await input.run(to: command)
          return nil
        }
      }
      for one in [output, errors] {
        group.addTask(executorPreference: WaitingThreads.executor) {
          try await one.run(for: command)
          return nil
        }
      }
      group.addTask(executorPreference: command.loop) { [self] in
        defer {
          input?.end()
          output.end()
          errors.end()
        }
        return try await events(of: command, input, output, errors)
      }
      var exited: ExitedAnswer?
      while let answer = try await group.next() { exited = answer ?? exited }
      guard let exited else { throw ClientError(.badAnswer, "the server did not say how the command ended") }
      return exited
    }
  }

  private func events(
    of command: RemoteCommand, _ input: RunInput?, _ output: RunOutput, _ errors: RunOutput
  ) async throws -> ExitedAnswer {
    while true {
      switch try await command.next() {
      case .started(let started):
        if let onStart { await WaitingThreads.run { onStart(started) } }
      case .output(.stderr, let piece): errors.add(piece)
      case .output(_, let piece): output.add(piece)
      case .credit(let bytes): input?.add(credit: bytes)
      case .exited(let exited): return exited
      }
    }
  }
}

import Testing

@testable import LandlineProtocol

@Suite("Messages about commands")
struct CommandMessageTests {
  @Test(
    "Requests are read as they were written",
    arguments: [
      CommandOperation.run(RunRequest(["sh", "-c", "a\nb", ""])),
      .shell(TerminalRequest(columns: 80, rows: 24, type: "vt100")),
      .attach(AttachRequest(job: 7)), .jobs, .kill(KillRequest(job: 7, signal: .hangup)), .input(InputRequest()),
      .input(InputRequest(end: true)), .credit(Credit(.stderr, bytes: 1)), .signal(SignalRequest(.interrupt)),
      .resize(ResizeRequest(columns: 1, rows: 2)),
    ])
  func requests(_ operation: CommandOperation) throws {
    let request = Request(id: 9, .command(operation))
    #expect(try Request(head: request.head) == request)
    // The short way and that of all JSON say the same.
    #expect(try JSON.decode(Request.self, from: request.head) == request)
    #expect(try Request(head: JSON.encode(request)) == request)
  }

  @Test(
    "Answers are read as they were written",
    arguments: [
      CommandReply.started(StartedAnswer(job: 3, program: "/bin/sh")), .stdout, .stderr,
      .credit(Credit(.stdin, bytes: 5)),
      .exited(ExitedAnswer(status: 3, milliseconds: 5, user: 1, system: 2)),
      .exited(ExitedAnswer(signal: 9, timedOut: true, stragglers: true)),
      .detached(StartedAnswer(job: 4, program: nil)),
      .jobs(JobsAnswer(jobs: [])), .killed,
    ])
  func answers(_ reply: CommandReply) throws {
    let answer = Answer(id: 9, .command(reply))
    #expect(try Answer(head: answer.head) == answer)
    #expect(try JSON.decode(Answer.self, from: answer.head) == answer)
    #expect(try Answer(head: JSON.encode(answer)) == answer)
  }

  @Test("Only what ends a command is its last answer")
  func last() {
    for reply in [
      CommandReply.started(StartedAnswer(job: 1, program: nil)), .stdout, .stderr, .credit(Credit(.stdin, bytes: 1)),
    ] {
      #expect(!Reply.command(reply).isLast)
    }
    for reply in [CommandReply.exited(ExitedAnswer()), .detached(StartedAnswer(job: 1, program: nil)), .killed] {
      #expect(Reply.command(reply).isLast)
    }
  }

  @Test("Signals by name, with and without SIG, and by number")
  func signals() {
    #expect(CommandSignal("TERM") == .terminate)
    #expect(CommandSignal("sigint") == .interrupt)
    #expect(CommandSignal("9") == .kill)
    for text in ["", "SIG", "SEGV", "-9", "99", " TERM"] { #expect(CommandSignal(text) == nil) }
  }
}

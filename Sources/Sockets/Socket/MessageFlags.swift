internal import CSockets
internal import Glibc

/// How one call sends or receives. (Python: `MSG_…`.)
///
/// `MSG_NOSIGNAL` and `MSG_CMSG_CLOEXEC` are always set. Any other of the kernel's is made from its
/// number, as in `MessageFlags(rawValue: CInt(MSG_FASTOPEN.rawValue))`.
public struct MessageFlags: OptionSet, Hashable, Sendable {
  /// The kernel's bits.
  public let rawValue: CInt

  public init(rawValue: CInt) { self.rawValue = rawValue }
  private init(_ value: Int) { rawValue = CInt(value) }

  /// Receives and leaves the bytes for the next call. (Python: `MSG_PEEK`.)
  public static var peek: MessageFlags { MessageFlags(MSG_PEEK) }
  /// Sends or receives TCP's urgent byte. (Python: `MSG_OOB`.)
  public static var outOfBand: MessageFlags { MessageFlags(MSG_OOB) }
  /// Receives as many bytes as asked for, unless the stream ends. Of a socket with a timeout the kernel
  /// ignores it. (Python: `MSG_WAITALL`.)
  public static var waitAll: MessageFlags { MessageFlags(MSG_WAITALL) }
  /// Does not wait, whatever the socket does. (Python: `MSG_DONTWAIT`.)
  public static var dontWait: MessageFlags { MessageFlags(MSG_DONTWAIT) }
  /// Receives a datagram's true length, even if it is more than the buffer's. (Python: `MSG_TRUNC`.)
  public static var truncate: MessageFlags { MessageFlags(MSG_TRUNC) }
  /// Of received messages: ancillary data had no room and was dropped. (Python: `MSG_CTRUNC`.)
  public static var controlTruncate: MessageFlags { MessageFlags(MSG_CTRUNC) }
  /// Of received messages: a record ends here. To send: so it shall. (Python: `MSG_EOR`.)
  public static var endOfRecord: MessageFlags { MessageFlags(MSG_EOR) }
  /// Receives from the queue of errors, `man 7 ip` under `IP_RECVERR`. (Python: `MSG_ERRQUEUE`.)
  public static var errorQueue: MessageFlags { MessageFlags(MSG_ERRQUEUE) }
  /// More follows at once: TCP waits for it, UDP makes one datagram of it all. (Python: `MSG_MORE`.)
  public static var more: MessageFlags { MessageFlags(MSG_MORE) }
  /// Sends to neighbours only. (Python: `MSG_DONTROUTE`.)
  public static var dontRoute: MessageFlags { MessageFlags(MSG_DONTROUTE) }
  /// The neighbour has answered: keep its entry. (Python: `MSG_CONFIRM`.)
  public static var confirm: MessageFlags { MessageFlags(MSG_CONFIRM) }

  /// A closed connection is an error, never a signal.
  static var noSignal: CInt { CInt(MSG_NOSIGNAL) }
  /// Waits for a batch's first datagram only.
  static var waitForOne: CInt { CInt(CSOCKETS_MSG_WAITFORONE) }

  /// Whether a call with them waits where the socket does. The queue of errors never lets anybody wait.
  var mayWait: Bool { isDisjoint(with: [.dontWait, .errorQueue]) }
}

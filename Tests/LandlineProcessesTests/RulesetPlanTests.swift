import Testing

@testable import LandlineProcesses

@Suite("What a program may reach")
struct RulesetPlanTests {
  private func plan(isRoot: Bool = false) -> RulesetPlan {
    RulesetPlan(
      hidden: ["/srv/landline/data", "/mnt/copy"], folder: "/srv/landline/data/commands",
      trusted: ["/home/ada", "/srv/bin"], isRoot: isRoot)
  }

  @Test("Not what is hidden, and the folders above only in parts")
  func hidden() {
    #expect(plan().access(to: "/srv/landline/data") == nil)
    #expect(plan().access(to: "/mnt/copy") == nil)
    for folder in ["/srv", "/srv/landline", "/mnt"] { #expect(plan().access(to: folder) == .inside) }
  }

  @Test("What is beside them")
  func beside() {
    for folder in ["/usr", "/home/bert", "/srv/www", "/srv/landline/data2", "/srv/landline/dat", "/mnt/copy2"] {
      #expect(plan().access(to: folder) == .full)
    }
  }

  @Test("Devices that are safe for anybody, and no others")
  func devices() {
    #expect(plan().access(to: "/dev") == .inside)
    for device in ["null", "urandom", "tty", "ptmx", "pts", "shm"] {
      #expect(plan().access(to: "/dev/\(device)") == .full)
    }
    for device in ["sda", "mem", "kmsg", "kvm", "mapper", "nvme0n1"] {
      #expect(plan().access(to: "/dev/\(device)") == nil)
    }
  }

  @Test("Processes and devices of the kernel can be looked at")
  func kernel() {
    for folder in ["/proc", "/sys"] { #expect(plan().access(to: folder) == .read) }
  }

  @Test("What the server's user runs things from is not changed")
  func trusted() {
    for isRoot in [false, true] {
      #expect(plan(isRoot: isRoot).access(to: "/home") == .inside)
      for path in ["/home/ada", "/home/ada/.profile", "/srv/bin"] {
        #expect(plan(isRoot: isRoot).access(to: path) == .read)
      }
      #expect(plan(isRoot: isRoot).access(to: "/home/ada2") == .full)
    }
  }

  @Test("Root's programs do not change the system")
  func root() {
    for folder in ["/etc", "/usr", "/bin", "/root", "/run", "/boot", "/lib64", "/var/lib", "/var/spool"] {
      #expect((plan(isRoot: true).access(to: folder)) == .read)
    }
    #expect(plan(isRoot: true).access(to: "/var") == .inside)
    for folder in ["/home/bert", "/tmp", "/var/tmp", "/srv/www"] {
      #expect(plan(isRoot: true).access(to: folder) == .full)
    }
  }
}

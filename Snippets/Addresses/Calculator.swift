//! Divides a network among departments, as with Python's ipaddress.

import Addresses

// snippet.divide
let site = try IPv4Network(parsing: "192.0.2.0/24")
let departments = ["kitchen", "workshop", "office", "guests"]
for (department, network) in zip(departments, site.subnets(prefixLength: 26)) {
  print(department, network, network.hosts.first, network.hosts.last)
}
// snippet.end

// snippet.rest
let printers = try IPv4Network(parsing: "192.0.2.64/28")
print(site.subtracting(printers).map(\.description).joined(separator: ", "))
// snippet.end

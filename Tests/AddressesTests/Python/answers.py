"""Answers questions about addresses with CPython's ipaddress, one line for each line of standard input.

A line is a kind and texts in hexadecimal, with blanks between them; the answer "-" means that a text is refused. Where
Landline differs from an older Python on purpose, this file says so, and what a newer Python (or the IANA registry) has.
"""
import ipaddress
import re
import sys

V4, V6 = ipaddress.IPv4Address, ipaddress.IPv6Address


def networks(text):
    return [ipaddress.ip_network(word) for word in text.split()]


# The IANA special-purpose registries: what is not globally reachable, and what is, inside of that. Pythons before the
# security releases of 2024 have no exceptions; none has all of the new blocks.
PRIVATE = {
    4: networks(
        "0.0.0.0/8 10.0.0.0/8 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.168.0.0/16"
        " 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 240.0.0.0/4"
    ),
    6: networks(
        "::1/128 ::/128 ::ffff:0:0/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20"
        " 5f00::/16 fc00::/7 fe80::/10"
    ),
}
EXCEPTIONS = {
    4: networks("192.0.0.9/32 192.0.0.10/32"),
    6: networks(
        "2001:1::1/128 2001:1::2/128 2001:1::3/128 2001:3::/32 2001:4:112::/48 2001:20::/28 2001:30::/28"
    ),
}
NEWEST = networks("64:ff9b:1::/48 100:0:0:1::/64 3fff::/20 5f00::/16 2001:1::3/128")
HAS_EXCEPTIONS = hasattr(ipaddress._IPv4Constants, "_private_networks_exceptions")


def judged(address):
    """The address whose properties count: since Python 3.13 the IPv4 address in a mapped one."""
    return getattr(address, "ipv4_mapped", None) or address


def bare(address):
    return type(address)(int(address))


def is_private(address):
    address = bare(judged(address))
    version = address.version
    answer = any(address in network for network in PRIVATE[version]) and not any(
        address in network for network in EXCEPTIONS[version]
    )
    if HAS_EXCEPTIONS and not any(address in network for network in NEWEST if network.version == version):
        assert answer == address.is_private, f"{address}: the registry and this Python disagree"
    return answer


def is_private_network(network):
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped is not None and network.prefixlen >= 96:  # Python leaves these private, whatever their addresses are
        network = ipaddress.IPv4Network((int(mapped), network.prefixlen - 96))
    first, last = network.network_address, network.broadcast_address
    version = network.version
    answer = any(first in block and last in block for block in PRIVATE[version]) and not any(
        network.overlaps(block) for block in EXCEPTIONS[version]
    )
    return answer


def is_global(address):
    address = judged(address)
    return not is_private(address) and not (address.version == 4 and address in ipaddress.ip_network("100.64.0.0/10"))


def flags(address):
    address = judged(address)
    if address.version == 6:
        address = bare(address)
    values = [
        is_private(address),
        is_global(address),
        address.is_loopback,
        address.is_link_local,
        address.is_multicast,
        address.is_unspecified,
        address.is_reserved,
    ]
    return "".join(str(int(value)) for value in values)


def text(address):
    """Python 3.13 prints mapped addresses so; older ones in hexadecimal."""
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is None:
        return str(address)
    return f"::ffff:{mapped}" + (f"%{address.scope_id}" if address.scope_id else "")


def network_text(network):
    return f"{text(network.network_address)}/{network.prefixlen}"


def zone_is_possible(given):
    """Python takes any zone; a Linux interface has at most 15 visible characters."""
    _, percent, zone = given.partition("%")
    return not percent or re.fullmatch(r"[!-~]{1,15}", zone) and not re.search(r"[/%:\[\]]", zone)


def mask_is_strict(given):
    """Python takes a prefix length with leading zeros."""
    return not re.search(r"/0[0-9]+$", given)


def address4(given):
    address = V4(given)
    return [int(address), text(address), flags(address), address.reverse_pointer]


def address6(given):
    if not zone_is_possible(given):
        return None
    address = V6(given)
    plain = bare(address)
    return [
        int(address),
        text(address),
        flags(address),
        plain.reverse_pointer,
        address.scope_id or "",
        plain.exploded,
        int(plain.is_site_local),
        str(plain.ipv4_mapped),
        str(plain.sixtofour),
        "None" if plain.teredo is None else " ".join(str(part) for part in plain.teredo),
    ]


def either(given):
    if not zone_is_possible(given):
        return None
    address = ipaddress.ip_address(given)
    return [text(address), flags(address), bare(address).reverse_pointer]


def network(version, given, strict):
    # A network has no zone here.
    if "%" in given or not mask_is_strict(given):
        return None
    block = (ipaddress.IPv4Network if version == 4 else ipaddress.IPv6Network)(given, strict=strict)
    hosts = block.hosts() if block.num_addresses <= 256 else None
    hosts = None if hosts is None else list(hosts)
    first, last = block.network_address, block.broadcast_address
    if version == 6:  # the network's own properties do not look into mapped addresses
        first, last = judged(first), judged(last)
    return [
        network_text(block),
        text(block.netmask),
        text(block.hostmask),
        text(block.broadcast_address),
        block.num_addresses,
        int(is_private_network(block)),
        int(first.is_loopback and last.is_loopback),
        int(first.is_link_local and last.is_link_local),
        int(first.is_multicast and last.is_multicast),
        int(first.is_unspecified and last.is_unspecified),
        "" if hosts is None else f"{text(hosts[0])} {text(hosts[-1])} {len(hosts)}",
    ]


def interface(version, given):
    # Only the address has a zone; in Python the network has it, too, if the address is the first of it.
    if not zone_is_possible(given.partition("/")[0]) or not mask_is_strict(given):
        return None
    address = (ipaddress.IPv4Interface if version == 4 else ipaddress.IPv6Interface)(given)
    own = V4(address._ip) if version == 4 else V6(given.partition("/")[0])
    return [
        f"{text(own)}/{address.network.prefixlen}",
        f"{text(bare(address.network.network_address))}/{address.network.prefixlen}",
    ]


def pair(left, right):
    left, right = ipaddress.ip_network(left), ipaddress.ip_network(right)
    if right.subnet_of(left):
        rest = sorted(left.address_exclude(right))
    else:
        rest = [] if left.subnet_of(right) else [left]
    return [
        int(right.subnet_of(left)),
        int(left.overlaps(right)),
        int(right.network_address in left),
        int(left < right),
        " ".join(network_text(block) for block in rest),
        " ".join(network_text(block) for block in ipaddress.collapse_addresses([left, right])),
    ]


def span(first, last):
    blocks = ipaddress.summarize_address_range(ipaddress.ip_address(first), ipaddress.ip_address(last))
    return [" ".join(network_text(block) for block in blocks)]


def collapse(*blocks):
    blocks = ipaddress.collapse_addresses([ipaddress.ip_network(block) for block in blocks])
    return [" ".join(network_text(block) for block in blocks)]


def resize(given, longer, shorter):
    block = ipaddress.ip_network(given)
    subnets = block.subnets(new_prefix=int(longer))
    return [
        " ".join(network_text(subnet) for subnet in subnets),
        network_text(block.supernet(new_prefix=int(shorter))),
    ]


KINDS = {
    "4": address4,
    "6": address6,
    "a": either,
    "n4": lambda given: network(4, given, True),
    "n6": lambda given: network(6, given, True),
    "m4": lambda given: network(4, given, False),
    "m6": lambda given: network(6, given, False),
    "i4": lambda given: interface(4, given),
    "i6": lambda given: interface(6, given),
    "pair": pair,
    "span": span,
    "collapse": collapse,
    "resize": resize,
}

for line in sys.stdin:
    kind, *texts = line.rstrip("\n").split(" ")
    try:
        answer = KINDS[kind](*(bytes.fromhex(word).decode() for word in texts))
    except ValueError:
        answer = None
    print("-" if answer is None else "\t".join(str(part) for part in answer))

"""Answers questions about addresses with CPython's ipaddress, one line for each line of standard input.

A line is a kind and texts in hexadecimal, with blanks between them; the answer "-" means that a text is refused. Where
Landline differs from an older Python on purpose, this file says so, and what a newer Python (or the IANA registry) has.
"""
import ipaddress
import re
import sys

V4, V6 = ipaddress.IPv4Address, ipaddress.IPv6Address


def blocks(text):
    return [ipaddress.ip_network(word) for word in text.split()]


# Everything is asked of ipaddress, but for these blocks: there this Python may have an older table than the IANA
# special-purpose registries, and so another answer. The narrowest block decides. Python has 192.0.0.0/24, 2002::/16 and
# the exceptions since the security releases of 2024, 3fff::/20 and 64:ff9b:1::/48 in its newest versions, the others not
# yet.
PRIVATE = blocks("192.0.0.0/24 64:ff9b:1::/48 100:0:0:1::/64 2002::/16 3fff::/20 5f00::/16")
NOT_PRIVATE = blocks(
    "192.0.0.9/32 192.0.0.10/32 2001:1::1/128 2001:1::2/128 2001:1::3/128 2001:3::/32 2001:4:112::/48 2001:20::/28"
    " 2001:30::/28"
)
NEWEST = blocks("64:ff9b:1::/48 100:0:0:1::/64 3fff::/20 5f00::/16 2001:1::3/128")
HAS_EXCEPTIONS = hasattr(ipaddress._IPv4Constants, "_private_networks_exceptions")


def judged(address):
    """The address whose properties count: since Python 3.13 the IPv4 address in a mapped one."""
    return bare(getattr(address, "ipv4_mapped", None) or address)


def judged_network(network):
    """The same for a network, which Python leaves as it is: all mapped ones are private to it, and none is loopback."""
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped is None or network.prefixlen < 96:
        return network
    return ipaddress.IPv4Network((int(mapped), network.prefixlen - 96))


def bare(address):
    return type(address)(int(address))


def inside(address, blocks):
    return any(address in block for block in blocks if block.version == address.version)


def corrected(address):
    """Whether the address is private by the registry; None where every Python says the same."""
    if inside(address, NOT_PRIVATE):
        return False
    return True if inside(address, PRIVATE) else None


def is_private(address):
    answer = corrected(address)
    if HAS_EXCEPTIONS and not inside(address, NEWEST):
        assert answer in (None, address.is_private), f"{address}: the registry and this Python disagree"
    return address.is_private if answer is None else answer


def is_global(address):
    answer = corrected(address)
    return address.is_global if answer is None else not answer


def is_private_network(network):
    same = lambda blocks: [block for block in blocks if block.version == network.version]
    # Python looks at the first and the last address only, and calls 192.0.0.0/24 private for what is 8 and 11 in it.
    if any(network.overlaps(block) for block in same(NOT_PRIVATE)):
        return False
    return any(network.subnet_of(block) for block in same(PRIVATE)) or network.is_private


def flags(address):
    address = judged(address)
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
    """Python takes any zone; a Linux interface has at most 15 visible characters, and none has the number 0."""
    _, percent, zone = given.partition("%")
    if not percent:
        return True
    return re.fullmatch(r"[!-~]{1,15}", zone) and not re.search(r"[/%:\[\]]", zone) and not re.fullmatch("0+", zone)


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
    kind = judged_network(block)
    return [
        network_text(block),
        text(block.netmask),
        text(block.hostmask),
        text(block.broadcast_address),
        block.num_addresses,
        int(is_private_network(kind)),
        int(kind.is_loopback),
        int(kind.is_link_local),
        int(kind.is_multicast),
        int(kind.is_unspecified),
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

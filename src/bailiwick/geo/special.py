"""Addresses that belong to no place: left out of the table whatever a source says about them.

From the IANA special-purpose registries (RFC 6890 and its updates; IPv4 and IPv6, as of 2026), plus
multicast, reserved space and the tunnels whose outer address says nothing about the person inside
(6to4, Teredo, NAT64). `ipaddress.is_global` is not used: in Python 3.11 it is True for multicast, 6to4,
NAT64, fec0::/10 and 3fff::/20, and it costs ten times the look-up.
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network

SPECIAL_V4 = tuple(
    IPv4Network(cidr)
    for cidr in (
        "0.0.0.0/8",  # this network, RFC 791
        "10.0.0.0/8",  # private, RFC 1918
        "100.64.0.0/10",  # shared address space of carrier-grade NAT, RFC 6598
        "127.0.0.0/8",  # loopback, RFC 1122
        "169.254.0.0/16",  # link-local, RFC 3927
        "172.16.0.0/12",  # private, RFC 1918
        "192.0.0.0/24",  # IETF protocol assignments, RFC 6890
        "192.0.2.0/24",  # documentation, RFC 5737
        "192.31.196.0/24",  # AS112, RFC 7535
        "192.52.193.0/24",  # AMT, RFC 7450
        "192.88.99.0/24",  # 6to4 relay anycast, RFC 7526
        "192.168.0.0/16",  # private, RFC 1918
        "192.175.48.0/24",  # AS112, RFC 7534
        "198.18.0.0/15",  # benchmarking, RFC 2544
        "198.51.100.0/24",  # documentation, RFC 5737
        "203.0.113.0/24",  # documentation, RFC 5737
        "224.0.0.0/4",  # multicast, RFC 5771
        "240.0.0.0/4",  # reserved, RFC 1112, and limited broadcast
    )
)

SPECIAL_V6 = tuple(
    IPv6Network(cidr)
    for cidr in (
        # Only 2000::/3 is global unicast (IANA IPv6 address space registry). What lies outside includes ::1,
        # NAT64 (64:ff9b::/96 and 64:ff9b:1::/48), 100::/64, SRv6 SIDs (5f00::/16), fc00::/7, fe80::/10,
        # fec0::/10 and multicast (ff00::/8).
        "::/3",
        "4000::/2",
        "8000::/1",
        "2001::/23",  # IETF protocol assignments, RFC 2928: Teredo, ORCHID, benchmarking, AMT, DRIP
        "2001:db8::/32",  # documentation, RFC 3849
        "2002::/16",  # 6to4, RFC 3056
        "2620:4f:8000::/48",  # AS112, RFC 7534
        "3fff::/20",  # documentation, RFC 9637
    )
)

# What can only be the inside of somebody's network. Behind a proxy such a "client" means that the proxy is
# not telling us who called.
INSIDE_V4 = tuple(
    IPv4Network(cidr)
    for cidr in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
INSIDE_V6 = tuple(IPv6Network(cidr) for cidr in ("::/3", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"))


def bounds(network: IPv4Network | IPv6Network) -> tuple[int, int]:
    """First and last address of a network as numbers."""
    return int(network.network_address), int(network.broadcast_address)

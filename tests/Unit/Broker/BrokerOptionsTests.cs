using System.Net;
using HospitalStreaming.Broker;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Broker;

public sealed class BrokerOptionsTests
{
    [Fact]
    public void Defaults_have_no_problem() => new BrokerOptions { Folder = "/state" }.Problems().ShouldBeEmpty();

    [Fact]
    public void All_problems_are_named_at_once() => new BrokerOptions
    {
        Folder = " ",
        ListenAddress = IPAddress.Any,
        Port = 70_000,
        Retention = TimeSpan.Zero,
        SegmentBytes = 5,
        MaxRequestBytes = 1 << 20,
        MaxInFlightBytes = 1,
    }.Problems().Select(p => p.Split(':')[0]).ShouldBe(["Folder", "ListenAddress", "Port", "Retention", "SegmentBytes", "MaxRequestBytes", "MaxInFlightBytes"]);
}

using HospitalStreaming.Lake;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using HospitalStreaming.Tests.Support.Servers;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Lake;

/// <summary>The whole suite again, with every tenth request going wrong somehow.</summary>
public sealed class GcsBadNetworkTests(GcsServer server) : LakeSuite, IClassFixture<GcsServer>, IAsyncLifetime
{
    private static readonly int?[] Statuses = [408, 429, 500, 502, 503, 504, null];
    private readonly Random _chance = new(20260301);
    private string _bucket = string.Empty;
    private FaultProxy _proxy = null!;

    public async ValueTask InitializeAsync()
    {
        Lab.SkipWhenAbsent();
        _bucket = await server.BucketAsync();
        _proxy = new FaultProxy(server.Address, forward => new SessionGuard(forward)) { Choose = _ => Throw() };
    }

    public async ValueTask DisposeAsync()
    {
        if (_proxy.Seen.Count > 200)
        {
            _proxy.Fired.ShouldBeGreaterThan(5);
        }

        await _proxy.DisposeAsync();
    }

    private protected override bool RepliesGetLost => true;

    private protected override ILake Open() => server.Open(_bucket, _proxy);

    private Fault? Throw()
    {
        lock (_chance)
        {
            return _chance.Next(10) == 0 ? new Fault(Statuses[_chance.Next(Statuses.Length)], (FaultPlace)_chance.Next(3)) : null;
        }
    }
}

using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.WarehouseSink;
using HospitalStreaming.WarehouseSink.Rebuild;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.WarehouseSink;

public sealed class RebuildPaceTests
{
    private static readonly WarehouseSinkOptions Options = new() { MaxRows = 100_000, MaxBytes = 1_000_000 };

    [Theory]
    [InlineData(1_000_000, 5_000_000, "1,000,000 to go: at least 10 loads 00:01:00 apart, 00:10:00 in all")]
    [InlineData(1_000, 5_000_001, "1,000 to go: at least 6 loads 00:01:00 apart, 00:06:00 in all")]
    [InlineData(1, 1, "1 to go: at least 1 loads 00:01:00 apart, 00:01:00 in all")]
    public void Loads_that_must_keep_their_distance_say_how_long_the_rest_takes(long rows, long bytes, string expected)
    {
        var pace = new RebuildPace(7, Options, TimeSpan.FromMinutes(1));
        pace.Expect(new LakeAhead(rows, bytes));
        pace.ToString().ShouldBe("7 records loaded, " + expected);
    }

    [Fact]
    public void Without_a_distance_it_says_what_is_loaded()
    {
        var pace = new RebuildPace(7, Options, TimeSpan.Zero);
        pace.IsPaced.ShouldBeFalse();
        pace.Loaded(new LoadClaim([]));
        pace.ToString().ShouldBe("7 records loaded");
    }
}

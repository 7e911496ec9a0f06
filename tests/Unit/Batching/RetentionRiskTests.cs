using HospitalStreaming.Core.Batching;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Batching;

public sealed class RetentionRiskTests
{
    [Theory]
    [InlineData(10, 0, 10, 10L, false, false, 0)] // all of it is in the lake
    [InlineData(4, 0, 10, 5L, false, true, 6)] // the fifth is older than half
    [InlineData(5, 0, 10, 5L, false, false, 5)]
    [InlineData(0, 0, 10, null, false, false, 10)] // kept for ever
    [InlineData(0, 0, 10, null, true, false, 10)] // bounded by bytes, and has deleted nothing yet
    [InlineData(14, 10, 20, null, true, true, 6)]
    [InlineData(15, 10, 20, null, true, false, 5)]
    [InlineData(3, 10, 20, 10L, false, true, 10)] // seven are gone already: another rule stops the partition
    public void It_is_halfway_where_the_oldest_record_lies_in_the_older_half(long durable, long low, long high, long? halfAge, bool bytes, bool halfway, long unread)
    {
        var risk = new RetentionRisk(durable, low, high, halfAge, bytes);
        (risk.IsHalfway, risk.Unread).ShouldBe((halfway, unread));
    }
}

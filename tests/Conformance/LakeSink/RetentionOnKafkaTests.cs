using HospitalStreaming.Tests.Conformance.Broker.Support;
using HospitalStreaming.Tests.Conformance.LakeSink.Support;
using HospitalStreaming.Tests.Support.Servers;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.LakeSink;

/// <summary>As Kafka describes its topics.</summary>
[Collection(nameof(LabKafkaCollection))]
public sealed class RetentionOnKafkaTests(LabKafkaUnderTest kafka)
{
    [Theory]
    [InlineData("delete", 3, true)]
    [InlineData("delete", 1, false)]
    [InlineData("compact,delete", 3, true)]
    [InlineData("compact", 3, false)]
    public async Task What_lies_in_the_older_half_of_what_a_topic_keeps_is_told_of(string policy, int hoursOld, bool told)
    {
        Lab.SkipWhenAbsent();
        RetentionTests.ShouldTell(await AgedTopic.LookAsync(kafka.BootstrapServers, 14_400_000, policy, hoursOld), told);
    }
}

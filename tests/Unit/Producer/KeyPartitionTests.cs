using System.Text;
using HospitalStreaming.Producer.Writing;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Producer;

public sealed class KeyPartitionTests
{
    /// <summary>The values of Apache Kafka's own UtilsTest.testMurmur2.</summary>
    [Theory]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("a-little-bit-longer-string", -1486304829)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    [InlineData("abc", 479470107)]
    public void Hashes_as_Java_does(string key, int hash) => unchecked((int)KeyPartition.Hash(Encoding.UTF8.GetBytes(key))).ShouldBe(hash);
}

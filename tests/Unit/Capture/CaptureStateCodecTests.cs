using System.Collections.Immutable;
using System.Text;
using HospitalStreaming.Capture;
using HospitalStreaming.Capture.State;
using HospitalStreaming.Core.Changes;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Capture;

public sealed class CaptureStateCodecTests
{
    [Fact]
    public void What_is_written_is_read()
    {
        var state = new CaptureState
        {
            Phase = CapturePhase.Snapshotting,
            SystemId = "7312345678901234567",
            Timeline = 3,
            Database = "hospital",
            ConsistentPoint = new Lsn(0x1_0000_00AB),
            Position = new Lsn(ulong.MaxValue),
            Tables = ImmutableSortedSet.Create(StringComparer.Ordinal, "public.visits", "public.doctors"),
        };
        var read = CaptureStateCodec.Read(CaptureStateCodec.Write(state));
        (read with { Tables = state.Tables }).ShouldBe(state);
        read.Tables.ShouldBe(state.Tables);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"version\":2}")]
    [InlineData("{\"version\":1,\"phase\":\"dancing\",\"system_id\":\"1\",\"timeline\":1,\"database\":\"d\",\"consistent_point\":\"0/1\",\"position\":\"0/1\",\"tables\":[]}")]
    [InlineData("{\"version\":1,\"phase\":\"streaming\",\"system_id\":\"1\",\"timeline\":1,\"database\":\"d\",\"consistent_point\":\"0/1\",\"position\":\"nowhere\",\"tables\":[]}")]
    public void Anything_else_is_refused_not_guessed(string value) => Should.Throw<CaptureRefusedException>(() => CaptureStateCodec.Read(Encoding.UTF8.GetBytes(value)));
}

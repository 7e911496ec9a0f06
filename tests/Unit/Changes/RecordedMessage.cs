using System.Text;

namespace HospitalStreaming.Tests.Unit.Changes;

/// <summary>One recorded message.</summary>
internal sealed record RecordedMessage(string Topic, int Partition, byte[]? Key, byte[]? Value)
{
    public override string ToString() => $"{Topic}[{Partition}] {(Key is null ? "-" : Encoding.UTF8.GetString(Key))}";
}

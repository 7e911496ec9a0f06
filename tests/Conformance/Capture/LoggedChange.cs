using System.Text;
using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Tests.Conformance.Capture;

/// <summary>One message as it stands in its topic.</summary>
internal sealed record LoggedChange(string Topic, int Partition, long Offset, byte[]? Key, byte[]? Value, Dictionary<string, string> Headers)
{
    public string? KeyText => Key is null ? null : Encoding.UTF8.GetString(Key);

    public string? ValueText => Value is null ? null : Encoding.UTF8.GetString(Value);

    public string Table => Topic[(Topic.LastIndexOf('.') + 1)..];

    public ChangeEnvelope Envelope => ChangeEnvelopeReader.Read(Key, Value);
}

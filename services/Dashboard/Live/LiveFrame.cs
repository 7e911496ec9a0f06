using System.Text;

namespace HospitalStreaming.Dashboard.Live;

/// <summary>One message of the live channel, already written as bytes, so that all viewers share them.</summary>
/// <param name="Kind">Event name; a newer frame of a kind replaces an unsent older one.</param>
/// <param name="Bytes">The message as text/event-stream.</param>
/// <param name="BeatAt">The canary beat it brings for the first time, else null.</param>
internal sealed record LiveFrame(string Kind, ReadOnlyMemory<byte> Bytes, DateTimeOffset? BeatAt)
{
    public static LiveFrame Of(string kind, string? id, string json, DateTimeOffset? beatAt = null) =>
        new(kind, Encoding.UTF8.GetBytes(id is null ? $"event: {kind}\ndata: {json}\n\n" : $"id: {id}\nevent: {kind}\ndata: {json}\n\n"), beatAt);
}

using System.Collections.Immutable;
using System.Text.Json;
using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Capture.State;

/// <summary>State as JSON: {"version":1,"phase":"streaming","system_id":"…","timeline":1,"database":"…","consistent_point":"0/1","position":"0/2","tables":[…]}.</summary>
internal static class CaptureStateCodec
{
    public static byte[] Write(CaptureState state)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("version", 1);
            json.WriteString("phase", state.Phase.ToString().ToLowerInvariant());
            json.WriteString("system_id", state.SystemId);
            json.WriteNumber("timeline", state.Timeline);
            json.WriteString("database", state.Database);
            json.WriteString("consistent_point", state.ConsistentPoint.ToString());
            json.WriteString("position", state.Position.ToString());
            json.WriteStartArray("tables");
            foreach (var table in state.Tables)
            {
                json.WriteStringValue(table);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <exception cref="CaptureRefusedException">The record is not one of ours: guessing a position from it could lose changes.</exception>
    public static CaptureState Read(byte[] value)
    {
        try
        {
            using var document = JsonDocument.Parse(value);
            var root = document.RootElement;
            if (root.GetProperty("version").GetInt32() != 1)
            {
                throw new FormatException();
            }

            return new CaptureState
            {
                Phase = Enum.Parse<CapturePhase>(root.GetProperty("phase").GetString()!, ignoreCase: true),
                SystemId = root.GetProperty("system_id").GetString()!,
                Timeline = root.GetProperty("timeline").GetUInt32(),
                Database = root.GetProperty("database").GetString()!,
                ConsistentPoint = Lsn.Parse(root.GetProperty("consistent_point").GetString()!),
                Position = Lsn.Parse(root.GetProperty("position").GetString()!),
                Tables = root.GetProperty("tables").EnumerateArray().Select(table => table.GetString()!).ToImmutableSortedSet(StringComparer.Ordinal),
            };
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or FormatException or InvalidOperationException or ArgumentException)
        {
            throw new CaptureRefusedException(
                "the last record of topic hospital.capture-state for this slot is no capture state of this version: run the version that wrote it, or set Capture:SlotName to a new name for a new snapshot");
        }
    }
}

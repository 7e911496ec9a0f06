namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>How values are written: Debezium's *.handling.mode options.</summary>
public sealed record ValueModes
{
    /// <summary>The line's own: decimals as text, times adaptive.</summary>
    public static ValueModes Line { get; } = new();

    /// <summary>decimal.handling.mode. Default string, as the line's contract says (Debezium: precise).</summary>
    public DecimalHandlingMode Decimals { get; init; } = DecimalHandlingMode.String;

    /// <summary>time.precision.mode. Default adaptive.</summary>
    public TimePrecisionMode Times { get; init; } = TimePrecisionMode.Adaptive;

    /// <summary>binary.handling.mode. Default bytes.</summary>
    public BinaryHandlingMode Binary { get; init; } = BinaryHandlingMode.Bytes;

    /// <summary>interval.handling.mode. Default numeric.</summary>
    public IntervalHandlingMode Intervals { get; init; } = IntervalHandlingMode.Numeric;

    /// <summary>hstore.handling.mode. Default json.</summary>
    public HstoreHandlingMode Hstore { get; init; } = HstoreHandlingMode.Json;
}

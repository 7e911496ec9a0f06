namespace HospitalStreaming.Core.Naming.Lake;

/// <summary>What is known of where an object lies, while its path is put together or read. Null: not known.</summary>
/// <param name="Topic">Kafka topic.</param>
/// <param name="Epoch">Stream epoch.</param>
/// <param name="Partition">Partition.</param>
/// <param name="Year">Of the first record, UTC.</param>
/// <param name="Month">1 to 12.</param>
/// <param name="Day">1 to 31.</param>
/// <param name="Hour">0 to 23.</param>
/// <param name="StartOffset">Where the object starts.</param>
public readonly record struct LakeSlot(string? Topic, string? Epoch, int? Partition, int? Year, int? Month, int? Day, int? Hour, long? StartOffset)
{
    /// <summary>Adds what is known of a stream.</summary>
    public LakeSlot With(LakeStream stream) => this with { Topic = stream.Topic, Epoch = stream.Epoch, Partition = stream.Partition };

    /// <summary>Adds a day.</summary>
    public LakeSlot With(DateOnly day) => this with { Year = day.Year, Month = day.Month, Day = day.Day };
}

namespace HospitalStreaming.Broker.Storage;

/// <summary>One topic setting by Kafka's name; <c>Problem</c> says what is wrong with a value, or null.</summary>
internal sealed record TopicSetting(string Name, TopicSettingType Type, Func<BrokerOptions, string> Default, Func<string, string?> Problem);

namespace HospitalStreaming.Broker.Storage;

/// <summary>Numbers are those of DescribeConfigs version 3.</summary>
internal enum TopicSettingType : sbyte
{
    Text = 2,
    Int = 3,
    Long = 5,
    List = 7,
}

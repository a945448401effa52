//! The file as a tree of values with their places, in the order in which they were written.
//!
//! Branches are shared, so that laying designs over a base copies only the tables along the changed path.

use std::ops::Range;
use std::rc::Rc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub span: Range<usize>,
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Text(String),
    /// Whole numbers beyond `i128` are held as its ends.
    Integer(i128),
    /// The number and how it was written.
    Float(f64, String),
    Flag(bool),
    Date(String),
    List(Vec<Rc<Node>>),
    Table(Table),
}

/// Entries in order of writing.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Table {
    pub entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub key: String,
    pub key_span: Range<usize>,
    pub node: Rc<Node>,
}

impl Table {
    pub fn get(&self, key: &str) -> Option<&Rc<Node>> {
        self.entry(key).map(|entry| &entry.node)
    }

    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    pub fn remove(&mut self, key: &str) {
        self.entries.retain(|entry| entry.key != key);
    }

    pub fn set(&mut self, new: Entry) {
        match self.entries.iter_mut().find(|entry| entry.key == new.key) {
            Some(entry) => *entry = new,
            None => self.entries.push(new),
        }
    }
}

impl Node {
    pub fn table(&self) -> Option<&Table> {
        if let Value::Table(table) = &self.value { Some(table) } else { None }
    }

    pub fn is_off(&self) -> bool {
        matches!(self.value, Value::Flag(false))
    }

    /// The kind of value, in words.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Text(_) => "a text",
            Value::Integer(_) => "a whole number",
            Value::Float(..) => "one with decimals",
            Value::Flag(_) => "true or false",
            Value::Date(_) => "a date",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }

    /// A value as it stands in the table of keys: TOML, or a bare word.
    pub fn from_default(text: &str) -> Self {
        match DeValue::parse(text) {
            Ok(value) => convert(&value),
            Err(_) => Self { span: 0..0, value: Value::Text(text.to_owned()) },
        }
    }

    /// The same with all places so much further on.
    pub fn moved(self, by: usize) -> Self {
        let inner = |node: &Rc<Self>| Rc::new(Self::clone(node).moved(by));
        let value = match self.value {
            Value::List(items) => Value::List(items.iter().map(inner).collect()),
            Value::Table(mut table) => {
                for entry in &mut table.entries {
                    entry.key_span = entry.key_span.start + by..entry.key_span.end + by;
                    entry.node = inner(&entry.node);
                }
                Value::Table(table)
            }
            other => other,
        };
        Self { span: self.span.start + by..self.span.end + by, value }
    }

    /// A table without a key, in the place of one that is absent.
    pub fn empty_table() -> Self {
        Self { span: 0..0, value: Value::Table(Table::default()) }
    }
}

/// The whole document.
pub(crate) fn from_document(document: &Spanned<DeTable<'_>>) -> Node {
    Node { span: document.span(), value: Value::Table(convert_table(document.get_ref())) }
}

fn convert_table(table: &DeTable<'_>) -> Table {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            key_span: key.span(),
            node: Rc::new(convert(value)),
        })
        .collect();
    entries.sort_by_key(|entry| entry.key_span.start);
    Table { entries }
}

/// A value.
pub(crate) fn from_value(value: &Spanned<DeValue<'_>>) -> Node {
    convert(value)
}

fn convert(value: &Spanned<DeValue<'_>>) -> Node {
    let inner = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => Value::Integer(integer(number.as_str(), number.radix())),
        DeValue::Float(number) => {
            let text = number.as_str();
            Value::Float(text.parse().unwrap_or(f64::NAN), text.to_owned())
        }
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Datetime(date) => Value::Date(date.to_string()),
        DeValue::Array(list) => Value::List(list.iter().map(|item| Rc::new(convert(item))).collect()),
        DeValue::Table(table) => Value::Table(convert_table(table)),
    };
    Node { span: value.span(), value: inner }
}

fn integer(text: &str, radix: u32) -> i128 {
    let beyond = if text.starts_with('-') { i128::MIN } else { i128::MAX };
    i128::from_str_radix(text, radix).unwrap_or(beyond)
}
